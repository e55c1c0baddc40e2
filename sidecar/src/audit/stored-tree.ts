import type { LoggedRecord } from './logged-record.ts';
import { noOpening } from './personal.ts';
import { damaged, isAbsent } from './refusal.ts';
import type { TileFolder } from './tile-folder.ts';
import { bundlePath, decodeBundle, decodeTile, edgeShape, openingsPath, tilePath } from './tiles.ts';
import { leafHash, type Tile, Tree, type TreeHead, tileWidth } from './tree.ts';

/** The right edge of a tree on disk. */
export interface StoredEdge {
  /** The growing tile of each level, lowest first. */
  readonly tiles: readonly Tile[];
  /** Records of the growing bundle. */
  readonly growing: readonly LoggedRecord[];
  readonly lastLeaf: Buffer | undefined;
}

/**
 * The growing tiles and the growing bundle of a tree, checked against its root.
 *
 * @throws SidecarError `audit_corrupt` naming the file that is missing or altered
 */
export async function readEdge(folder: TileFolder, head: TreeHead): Promise<StoredEdge> {
  const tiles: Tile[] = [];
  for (const { level, index, width } of edgeShape(head.size)) {
    tiles.push({
      level,
      index,
      hashes: width === 0 ? [] : await readTile(folder, tilePath(level, index, width), width),
    });
  }
  if (!Tree.fromEdge(head.size, tiles).root().equals(head.root)) {
    throw damaged('tiles', `their root is not the one of the checkpoint of size ${head.size}`);
  }
  const growing = await readGrowing(folder, head.size, tiles[0]?.hashes ?? []);
  const lastLeaf = growing.at(-1)?.leaf ?? (await lastOfFullBundle(folder, head.size));
  return { tiles, growing, lastLeaf };
}

/**
 * The hashes of a tile.
 *
 * @throws SidecarError `audit_corrupt` when it is missing or has another number of them
 */
export async function readTile(folder: TileFolder, path: string, width: number): Promise<Buffer[]> {
  const hashes = decodeTile(await readPart(folder, path), width);
  if (hashes === undefined) throw damaged(path, `has not ${width} hashes`);
  return hashes;
}

async function readGrowing(folder: TileFolder, size: number, hashes: readonly Buffer[]): Promise<LoggedRecord[]> {
  if (hashes.length === 0) return [];
  const bundle = Math.floor(size / tileWidth);
  const records = await readRecordBundle(folder, bundle, hashes.length);
  const wrong = records.findIndex(({ leaf }, i) => hashes[i]?.equals(leafHash(leaf)) !== true);
  if (wrong === -1) return records;
  throw damaged(bundlePath(bundle, hashes.length), `entry ${wrong} is not the one in the tree`);
}

async function lastOfFullBundle(folder: TileFolder, size: number): Promise<Buffer | undefined> {
  if (size === 0) return undefined;
  const entries = await readBundle(folder, bundlePath(size / tileWidth - 1), tileWidth);
  return entries.at(-1);
}

/** The records of a bundle with exactly `width` of them. */
export async function readRecordBundle(folder: TileFolder, bundle: number, width: number): Promise<LoggedRecord[]> {
  const leaves = await readBundle(folder, bundlePath(bundle, width), width);
  const openings = await readBundle(folder, openingsPath(bundle, width), width);
  return leaves.map((leaf, i) => ({ leaf, opening: openings[i] ?? noOpening }));
}

async function readBundle(folder: TileFolder, path: string, width: number): Promise<Buffer[]> {
  const entries = decodeBundle(await readPart(folder, path));
  if (entries?.length !== width) throw damaged(path, `has not ${width} entries`);
  return entries;
}

async function readPart(folder: TileFolder, path: string): Promise<Buffer> {
  try {
    return await folder.read(path);
  } catch (error) {
    if (isAbsent(error)) throw damaged(path, 'missing');
    throw error;
  }
}
