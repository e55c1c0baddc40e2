import { type Erasure, erasePersonal } from './erasure.ts';
import type { LogFiles } from './files.ts';
import { GrowingTree, type Snapshot } from './growing-tree.ts';
import { decodeRecords } from './journal-payload.ts';
import type { LogTree } from './log-tree.ts';
import type { LoggedRecord } from './logged-record.ts';
import { consistencyPath, inclusionPath } from './proofs.ts';
import { damaged } from './refusal.ts';
import { readRecordBundle, readTile } from './stored-tree.ts';
import { type Extent, tend } from './tending.ts';
import { TileFolder } from './tile-folder.ts';
import { bundlePath, bundlesOf, decodeBundle, decodeTile, openingsPath, tilePath } from './tiles.ts';
import { type Tile, Tree, type TreeHead, tileWidth } from './tree.ts';

/** Tiles that are kept decoded for proofs. */
const rememberedTiles = 64;

/** The tree as a start finds it, in a form that can be sent to a thread. */
export interface TreeStart {
  readonly folder: string;
  /** Leaves under the published checkpoint. */
  readonly size: number;
  readonly edge: readonly Tile[];
  readonly growing: readonly LoggedRecord[];
}

/** Hashes what is durable, writes tiles and bundles, and proves what is in them. */
export class TreeKeeper implements LogTree {
  readonly #growing: GrowingTree;
  readonly #tiles: TileFolder;
  readonly #remembered = new Map<string, readonly Buffer[]>();
  #snapshot: Snapshot | undefined;

  constructor(files: LogFiles, { folder, size, edge, growing }: TreeStart) {
    this.#growing = new GrowingTree(Tree.fromEdge(size, edge), growing);
    this.#tiles = new TileFolder(files, folder);
  }

  add(payload: Buffer): void {
    const records = decodeRecords(payload);
    if (records === undefined) throw damaged('journal', 'a block that does not hold what was written');
    this.#growing.add(records);
  }

  async write(size: number): Promise<TreeHead> {
    await this.#growing.reach(size);
    this.#snapshot = this.#growing.snapshot();
    await this.#tiles.write(this.#snapshot.files);
    return this.#snapshot.head;
  }

  async published(): Promise<void> {
    if (this.#snapshot === undefined) return;
    const earlierSize = this.#growing.publishedSize;
    this.#growing.published(this.#snapshot);
    await this.#tiles.removePartials(earlierSize, this.#snapshot.head.size);
  }

  async records(start: number, end: number): Promise<LoggedRecord[]> {
    await this.#growing.reach(end);
    const records: LoggedRecord[] = [];
    for (let at = start; at < end; ) {
      const bundle = Math.floor(at / tileWidth);
      const first = bundle * tileWidth;
      const found = (await this.#bundle(bundle)).slice(at - first, end - first);
      records.push(...found);
      at += found.length;
    }
    return records;
  }

  async inclusion(index: number, size: number): Promise<Buffer[]> {
    await this.#growing.reach(size);
    return inclusionPath(index, size, this.#hashes);
  }

  async consistency(earlierSize: number, size: number): Promise<Buffer[]> {
    await this.#growing.reach(size);
    return consistencyPath(earlierSize, size, this.#hashes);
  }

  async tend(group: number, extent: Extent): Promise<void> {
    this.#remembered.clear();
    await tend(this.#tiles, { ...extent, size: Math.min(extent.size, this.#growing.publishedSize) }, group);
  }

  erase(erasure: Erasure): Promise<number> {
    const end = Math.min(erasure.end, bundlesOf(this.#growing.publishedSize));
    return erasePersonal(this.#tiles, { ...erasure, end });
  }

  async close(): Promise<void> {}

  async #bundle(bundle: number): Promise<readonly LoggedRecord[]> {
    const growing = this.#growing.growing(bundle);
    if (growing !== undefined) return growing;
    const leaves = this.#growing.full(bundlePath(bundle));
    const openings = this.#growing.full(openingsPath(bundle));
    if (leaves === undefined || openings === undefined) return readRecordBundle(this.#tiles, bundle, tileWidth);
    const opened = decodeBundle(openings) ?? [];
    return (decodeBundle(leaves) ?? []).map((leaf, i) => ({ leaf, opening: opened[i] ?? Buffer.alloc(0) }));
  }

  readonly #hashes = async (level: number, index: number): Promise<readonly Buffer[]> => {
    const edge = this.#growing.edge(level, index);
    if (edge !== undefined) return edge;
    const path = tilePath(level, index);
    const known = this.#remembered.get(path);
    if (known !== undefined) return known;
    const fresh = this.#growing.full(path);
    const hashes = (fresh && decodeTile(fresh, tileWidth)) ?? (await readTile(this.#tiles, path, tileWidth));
    if (this.#remembered.size >= rememberedTiles) this.#remembered.clear();
    this.#remembered.set(path, hashes);
    return hashes;
  };
}
