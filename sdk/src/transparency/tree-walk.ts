import { equal } from './bytes.ts';
import { rootOfEdge } from './growing-root.ts';
import { type LogSource, readEntries, readHashes, type TilePlace, tilePath, tileWidth } from './tile-source.ts';
import { all, type Hash, leafHash, rootOf } from './tree-hash.ts';
import type { TreeEdge } from './verified-state.ts';

/** A hash that a tile and the entries below it do not agree on. */
export interface Difference {
  readonly path: string;
  /** Leaf indexes that the hash covers, both included. */
  readonly first: number;
  readonly last: number;
}

/** A file that is missing, malformed, or holds other entries than at an earlier verification. */
export interface Fault {
  readonly path: string;
  readonly reason: 'missing' | 'malformed' | 'not what was verified before';
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
  /** Where to go on; from the first entry without it. */
  readonly from?: TreeEdge | undefined;
  /** Entries before this one are taken from their level-1 hashes. A multiple of the tile width. */
  readonly minimumIndex: number;
  /** Nothing vouches for the size yet: ends at the first file that cannot be read. */
  readonly isTentative: boolean;
  readonly onEntry: (entry: Uint8Array, index: number) => void;
  /** After each bundle. */
  readonly onBundle: (done: number) => void;
}

interface GrowingTile {
  readonly index: number;
  readonly hashes: Hash[];
}

/** Findings beyond this number are left out; the first ones say where to look. */
const findingsMax = 16;

/** Computes a tree from its entries, one bundle after the other, and compares every tile on the way. */
export class TreeWalk {
  readonly #options: WalkOptions;
  /** The tile of each level that is not full yet. */
  readonly #growing: GrowingTile[];
  readonly #differences: Difference[] = [];
  readonly #faults: Fault[] = [];
  /** Entries under the hashes. */
  #done: number;

  constructor(options: WalkOptions) {
    const { size, levels } = options.from ?? { size: 0, levels: [] };
    this.#options = options;
    this.#done = size;
    this.#growing = levels.map((hashes, level) => ({
      index: Math.floor(size / tileWidth ** (level + 1)),
      hashes: [...hashes],
    }));
  }

  get edge(): TreeEdge {
    return { size: this.#done, levels: this.#growing.map(({ hashes }) => hashes) };
  }

  /** The files agree so far with each other, and with what was verified before. */
  get isClean(): boolean {
    return this.#differences.length === 0 && this.#faults.length === 0;
  }

  async run(): Promise<WalkFindings> {
    const { size, minimumIndex, isTentative, onBundle } = this.#options;
    const canGoOn = () => !isTentative || this.#faults.length === 0;
    while (this.#done < minimumIndex && canGoOn()) await this.#skipPruned(minimumIndex);
    while (this.#done < size && canGoOn()) {
      const index = Math.floor(this.#done / tileWidth);
      const leaves = await this.#leaves(index, Math.min(tileWidth, size - index * tileWidth));
      await this.#add(0, leaves);
      this.#done += leaves.length;
      onBundle(this.#done);
    }
    for (const [level, tile] of this.#growing.entries())
      if (tile.hashes.length > 0) await this.#compareTile(level, tile);
    return { root: await rootOfEdge(this.edge.levels), differences: this.#differences, faults: this.#faults };
  }

  /** Takes the hashes of pruned bundles, up to the end of a tile, from the level above, which stays. */
  async #skipPruned(minimumIndex: number): Promise<void> {
    const first = this.#done / tileWidth;
    const index = Math.floor(first / tileWidth);
    const width = Math.min(tileWidth, Math.floor(this.#options.size / tileWidth) - index * tileWidth);
    const place = { level: 1, index, width };
    const hashes = await this.#readHashes(place);
    const end = Math.min(minimumIndex / tileWidth, index * tileWidth + width);
    const part = (hashes ?? placeholders(width)).slice(first - index * tileWidth, end - index * tileWidth);
    this.#growing[0] = { index: end, hashes: [] };
    await this.#add(1, part);
    this.#done += part.length * tileWidth;
    this.#options.onBundle(this.#done);
  }

  /** Hashes of the new entries of a bundle; of a bundle that cannot be read, the tile's own, to go on behind it. */
  async #leaves(index: number, width: number): Promise<Hash[]> {
    const place = { level: 'entries', index, width } as const;
    const first = index * tileWidth;
    const known = this.#done - first;
    const entries = await readEntries(this.#options.source, place);
    if (entries === undefined || entries === null) {
      this.#fault({ path: tilePath(place), reason: entries === null ? 'malformed' : 'missing', entry: this.#done });
      const told = await readHashes(this.#options.source, { ...place, level: 0 });
      return (told ?? placeholders(width)).slice(known);
    }
    for (const [i, entry] of entries.entries()) if (i >= known) this.#options.onEntry(entry, first + i);
    const leaves = await all(entries.map(leafHash));
    const changed = this.#tile(0).hashes.findIndex((hash, i) => !equal(hash, leaves[i] ?? new Uint8Array()));
    if (changed !== -1) {
      this.#fault({ path: tilePath(place), reason: 'not what was verified before', entry: first + changed });
    }
    return leaves.slice(known);
  }

  async #add(level: number, hashes: readonly Hash[]): Promise<void> {
    const tile = this.#tile(level);
    tile.hashes.push(...hashes);
    if (tile.hashes.length < tileWidth) return;
    await this.#compareTile(level, tile);
    this.#growing[level] = { index: tile.index + 1, hashes: [] };
    await this.#add(level + 1, [await rootOf(tile.hashes)]);
  }

  #tile(level: number): GrowingTile {
    this.#growing[level] ??= { index: 0, hashes: [] };
    return this.#growing[level];
  }

  async #compareTile(level: number, { index, hashes }: GrowingTile): Promise<void> {
    const place = { level, index, width: hashes.length };
    const told = await this.#readHashes(place);
    const wrong = told === undefined ? -1 : hashes.findIndex((hash, i) => !equal(hash, told[i] ?? new Uint8Array()));
    if (wrong === -1 || this.#differences.length >= findingsMax) return;
    const leaves = tileWidth ** level;
    const first = (index * tileWidth + wrong) * leaves;
    this.#differences.push({ path: tilePath(place), first, last: first + leaves - 1 });
  }

  async #readHashes(place: TilePlace): Promise<Hash[] | undefined> {
    const hashes = await readHashes(this.#options.source, place);
    if (hashes !== undefined && hashes !== null) return hashes;
    this.#fault({ path: tilePath(place), reason: hashes === null ? 'malformed' : 'missing' });
    return undefined;
  }

  #fault(fault: Fault): void {
    if (this.#faults.length < findingsMax) this.#faults.push(fault);
  }
}

function placeholders(width: number): Hash[] {
  return Array.from({ length: width }, () => new Uint8Array());
}
