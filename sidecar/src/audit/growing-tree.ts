import type { FileContent } from './files.ts';
import { bundlePath, edgeShape, encodeBundle, encodeTile, tilePath } from './tiles.ts';
import { leafHash, type Tree, type TreeHead, tileWidth } from './tree.ts';

/** Leaves that are hashed in one turn of the event loop: about half a millisecond. */
const sliceLeaves = 64;

/** All that a checkpoint of this moment needs on disk, with paths below the log's folder. */
export interface Snapshot {
  readonly head: TreeHead;
  readonly files: readonly FileContent[];
  readonly fullBundles: readonly number[];
  readonly fullTiles: number;
  readonly hashedBytes: number;
}

/** The end of the log that no published checkpoint covers yet: hashes durable entries behind the requests' backs. */
export class GrowingTree {
  readonly #tree: Tree;
  /** Entries of the bundle that is not full. */
  #growing: Buffer[];
  /** Encoded full bundles by their number. */
  readonly #bundles = new Map<number, Buffer>();
  readonly #tiles: FileContent[] = [];
  #backlog: Buffer[] = [];
  #backlogStart = 0;
  #isScheduled = false;
  #addedBytes = 0;
  #hashedBytes = 0;
  #publishedBytes = 0;
  #publishedSize: number;

  /** @param growing entries of the last bundle of the tree, as far as it is not full */
  constructor(tree: Tree, growing: readonly Buffer[]) {
    this.#tree = tree;
    this.#growing = [...growing];
    this.#publishedSize = tree.size;
  }

  /** Entries that wait for their checkpoint, in bytes. */
  get unpublishedBytes(): number {
    return this.#addedBytes - this.#publishedBytes;
  }

  /** Takes entries that follow the last ones; they are hashed later. */
  add(entries: readonly Buffer[]): void {
    for (const entry of entries) {
      this.#backlog.push(entry);
      this.#addedBytes += entry.length;
    }
    this.#schedule();
  }

  /** Resolves when that many leaves are in the tree; they have been added. */
  async reach(size: number): Promise<void> {
    while (this.#tree.size < size) {
      this.#hashSlice();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The entries of a bundle that is not on disk as a full one. */
  bundle(index: number): { bytes: Buffer } | { entries: readonly Buffer[] } | undefined {
    const bytes = this.#bundles.get(index);
    if (bytes !== undefined) return { bytes };
    return index === Math.floor(this.#tree.size / tileWidth) ? { entries: this.#growing } : undefined;
  }

  snapshot(): Snapshot {
    const bundles = [...this.#bundles].map(([index, bytes]) => ({ path: bundlePath(index), bytes }));
    return {
      head: { size: this.#tree.size, root: this.#tree.root() },
      files: [...bundles, ...this.#tiles, ...this.#partials()],
      fullBundles: [...this.#bundles.keys()],
      fullTiles: this.#tiles.length,
      hashedBytes: this.#hashedBytes,
    };
  }

  /** Forgets what is on disk now. */
  published(snapshot: Snapshot): void {
    for (const index of snapshot.fullBundles) this.#bundles.delete(index);
    this.#tiles.splice(0, snapshot.fullTiles);
    this.#publishedBytes = snapshot.hashedBytes;
    this.#publishedSize = snapshot.head.size;
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
    const path = bundlePath(Math.floor(this.#tree.size / tileWidth), this.#growing.length);
    return [{ path, bytes: encodeBundle(this.#growing) }, ...tiles];
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
    for (const entry of this.#backlog.slice(this.#backlogStart, end)) this.#append(entry);
    this.#backlogStart = end;
    // Moves the rest down when that is at most as much work as the hashing was.
    if (this.#backlogStart * 2 < this.#backlog.length) return;
    this.#backlog = this.#backlog.slice(this.#backlogStart);
    this.#backlogStart = 0;
  }

  #append(entry: Buffer): void {
    this.#growing.push(entry);
    this.#hashedBytes += entry.length;
    for (const tile of this.#tree.append(leafHash(entry))) {
      this.#tiles.push({ path: tilePath(tile.level, tile.index), bytes: encodeTile(tile) });
    }
    if (this.#growing.length < tileWidth) return;
    this.#bundles.set(this.#tree.size / tileWidth - 1, encodeBundle(this.#growing));
    this.#growing = [];
  }
}
