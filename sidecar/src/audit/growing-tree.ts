import type { FileContent } from './files.ts';
import type { LoggedRecord } from './logged-record.ts';
import { bundlePath, edgeShape, encodeBundle, encodeTile, openingsPath, tilePath } from './tiles.ts';
import { leafHash, type Tree, type TreeHead, tileWidth } from './tree.ts';

/** Leaves that are hashed in one turn of the event loop: about half a millisecond. */
const sliceLeaves = 64;

/** All that a checkpoint of this moment needs on disk, with paths below the log's folder. */
export interface Snapshot {
  readonly head: TreeHead;
  readonly files: readonly FileContent[];
}

/** The end of the log that no published checkpoint covers yet. */
export class GrowingTree {
  readonly #tree: Tree;
  /** Records of the bundle that is not full. */
  #growing: LoggedRecord[];
  /** Full tiles and bundles that are not on disk yet, by their path. */
  readonly #full = new Map<string, Buffer>();
  #backlog: LoggedRecord[] = [];
  #backlogStart = 0;
  #isScheduled = false;
  #publishedSize: number;

  /** @param growing records of the last bundle of the tree, as far as it is not full */
  constructor(tree: Tree, growing: readonly LoggedRecord[]) {
    this.#tree = tree;
    this.#growing = [...growing];
    this.#publishedSize = tree.size;
  }

  /** Takes records that follow the last ones; they are hashed later. */
  add(records: readonly LoggedRecord[]): void {
    for (const record of records) this.#backlog.push(record);
    this.#schedule();
  }

  /** Resolves when that many leaves are in the tree; they have been added. */
  async reach(size: number): Promise<void> {
    while (this.#tree.size < size) {
      this.#hashSlice();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Size of the tree on disk. */
  get publishedSize(): number {
    return this.#publishedSize;
  }

  /** A full tile or bundle that is not on disk yet. */
  full(path: string): Buffer | undefined {
    return this.#full.get(path);
  }

  /** Records of a bundle that is not full. */
  growing(bundle: number): readonly LoggedRecord[] | undefined {
    return bundle === Math.floor(this.#tree.size / tileWidth) ? this.#growing : undefined;
  }

  /** Hashes of a tile that is not full. */
  edge(level: number, index: number): readonly Buffer[] | undefined {
    const tile = this.#tree.edge[level];
    return tile?.index === index ? tile.hashes : undefined;
  }

  snapshot(): Snapshot {
    const full = [...this.#full].map(([path, bytes]) => ({ path, bytes }));
    return { head: { size: this.#tree.size, root: this.#tree.root() }, files: [...full, ...this.#partials()] };
  }

  /** Forgets what is on disk now. */
  published({ head, files }: Snapshot): void {
    for (const { path } of files) this.#full.delete(path);
    this.#publishedSize = head.size;
  }

  /** Never what the published checkpoint stands on: a write that stops early would leave it without. */
  #partials(): FileContent[] {
    const before = edgeShape(this.#publishedSize);
    const growing = this.#tree.edge.filter(({ level, index, hashes }) => {
      const isPublished = before[level]?.index === index && before[level].width === hashes.length;
      return hashes.length > 0 && !isPublished;
    });
    const tiles = growing.map((tile) => ({
      path: tilePath(tile.level, tile.index, tile.hashes.length),
      bytes: encodeTile(tile),
    }));
    if (this.#growing.length === 0 || this.#tree.size === this.#publishedSize) return tiles;
    return [...filesOf(this.#growing, Math.floor(this.#tree.size / tileWidth)), ...tiles];
  }

  #schedule(): void {
    if (this.#isScheduled || this.#backlog.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#hashSlice();
      this.#schedule();
    });
  }

  #hashSlice(): void {
    const end = Math.min(this.#backlogStart + sliceLeaves, this.#backlog.length);
    for (const record of this.#backlog.slice(this.#backlogStart, end)) this.#append(record);
    this.#backlogStart = end;
    // Moves the rest down when that is at most as much work as the hashing was.
    if (this.#backlogStart * 2 < this.#backlog.length) return;
    this.#backlog = this.#backlog.slice(this.#backlogStart);
    this.#backlogStart = 0;
  }

  #append(record: LoggedRecord): void {
    this.#growing.push(record);
    for (const tile of this.#tree.append(leafHash(record.leaf))) {
      this.#full.set(tilePath(tile.level, tile.index), encodeTile(tile));
    }
    if (this.#growing.length < tileWidth) return;
    const bundle = this.#tree.size / tileWidth - 1;
    for (const { path, bytes } of filesOf(this.#growing, bundle)) this.#full.set(path, bytes);
    this.#growing = [];
  }
}

/** Leaves and openings of one bundle. */
function filesOf(records: readonly LoggedRecord[], bundle: number): FileContent[] {
  const width = records.length;
  return [
    { path: bundlePath(bundle, width), bytes: encodeBundle(records.map(({ leaf }) => leaf)) },
    { path: openingsPath(bundle, width), bytes: encodeBundle(records.map(({ opening }) => opening)) },
  ];
}
