import { equal } from './bytes.ts';
import { type LogSource, readEntries, readHashes, tilePath, tileWidth } from './tile-source.ts';
import { emptyRoot, type Hash, leafHash, nodeHash, rootOf } from './tree-hash.ts';

/** A hash that a tile and the entries below it do not agree on. */
export interface Difference {
  readonly path: string;
  /** Leaf indexes that the hash covers, both included. */
  readonly first: number;
  readonly last: number;
}

/** A file that is missing or malformed. */
export interface Fault {
  readonly path: string;
  readonly reason: 'missing' | 'malformed';
  /** First entry that cannot be read because of it, when it is a bundle. */
  readonly entry?: number;
}

export interface WalkFindings {
  readonly root: Hash;
  readonly differences: readonly Difference[];
  readonly faults: readonly Fault[];
}

export interface WalkOptions {
  readonly source: LogSource;
  /** Entries in the tree. */
  readonly size: number;
  readonly onEntry: (entry: Uint8Array, index: number) => void;
  readonly onProgress: (done: number, total: number) => void;
}

/** Findings beyond this number are left out; the first ones say where to look. */
const findingsMax = 16;

/** Computes a tree from its entries, one bundle after the other, and compares every tile on the way. */
export class TreeWalk {
  readonly #options: WalkOptions;
  /** Hashes of the growing tile of each level. */
  readonly #levels: { index: number; hashes: Hash[] }[] = [];
  readonly #differences: Difference[] = [];
  readonly #faults: Fault[] = [];

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  async run(): Promise<WalkFindings> {
    const { size, onProgress } = this.#options;
    for (let start = 0; start < size; start += tileWidth) {
      const width = Math.min(tileWidth, size - start);
      await this.#add(0, await this.#leaves(start / tileWidth, width));
      onProgress(start + width, size);
    }
    for (const [level, { hashes }] of this.#levels.entries()) {
      if (hashes.length > 0) await this.#compareTile(level);
    }
    return { root: await this.#root(), differences: this.#differences, faults: this.#faults };
  }

  /** Hashes of the entries of a bundle; of a bundle that cannot be read, the tile's own, to go on behind it. */
  async #leaves(index: number, width: number): Promise<Hash[]> {
    const place = { level: 'entries', index, width } as const;
    const first = index * tileWidth;
    const entries = await readEntries(this.#options.source, place);
    if (entries === undefined || entries === null) {
      this.#fault({ path: tilePath(place), reason: entries === null ? 'malformed' : 'missing', entry: first });
      return (await readHashes(this.#options.source, { ...place, level: 0 })) ?? placeholders(width);
    }
    for (const [i, entry] of entries.entries()) this.#options.onEntry(entry, first + i);
    return Promise.all(entries.map(leafHash));
  }

  async #add(level: number, hashes: readonly Hash[]): Promise<void> {
    this.#levels[level] ??= { index: 0, hashes: [] };
    const growing = this.#levels[level];
    growing.hashes.push(...hashes);
    if (growing.hashes.length < tileWidth) return;
    await this.#compareTile(level);
    const root = await rootOf(growing.hashes);
    this.#levels[level] = { index: growing.index + 1, hashes: [] };
    await this.#add(level + 1, [root]);
  }

  async #compareTile(level: number): Promise<void> {
    const { index, hashes } = this.#levels[level] ?? { index: 0, hashes: [] };
    const place = { level, index, width: hashes.length };
    const path = tilePath(place);
    const told = await readHashes(this.#options.source, place);
    if (told === undefined || told === null) {
      this.#fault({ path, reason: told === null ? 'malformed' : 'missing' });
      return;
    }
    const wrong = hashes.findIndex((hash, i) => !equal(hash, told[i] ?? new Uint8Array()));
    if (wrong === -1 || this.#differences.length >= findingsMax) return;
    const leaves = tileWidth ** level;
    const first = (index * tileWidth + wrong) * leaves;
    this.#differences.push({ path, first, last: first + leaves - 1 });
  }

  /** The growing tiles hold the perfect subtrees that are left, the largest in the highest level. */
  async #root(): Promise<Hash> {
    let root: Hash | undefined;
    for (const { hashes } of this.#levels) root = await joined(hashes, root);
    return root ?? emptyRoot();
  }

  #fault(fault: Fault): void {
    if (this.#faults.length < findingsMax) this.#faults.push(fault);
  }
}

/** Root over the perfect subtrees of one level with what the levels below leave on their right. */
async function joined(hashes: readonly Hash[], right: Hash | undefined): Promise<Hash | undefined> {
  let root = right;
  let end = hashes.length;
  for (let width = 1; width < tileWidth; width *= 2) {
    if ((hashes.length & width) === 0) continue;
    const left = await rootOf(hashes.slice(end - width, end));
    root = root === undefined ? left : await nodeHash(left, root);
    end -= width;
  }
  return root;
}

function placeholders(width: number): Hash[] {
  return Array.from({ length: width }, () => new Uint8Array());
}
