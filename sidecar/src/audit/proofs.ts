import { largestPowerBelow, nodeHash, perfectRoot, tileHeight, tileWidth } from './tree.ts';

/** The hashes of a tile, at least as many as a tree of the asked size has in it. */
export type TileHashes = (level: number, index: number) => Promise<readonly Buffer[]>;

/**
 * RFC 6962 section 2.1.1: the audit path of a leaf, from its sibling up.
 *
 * @param index below `size`
 */
export async function inclusionPath(index: number, size: number, tiles: TileHashes): Promise<Buffer[]> {
  const path: Buffer[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      path.unshift(await rangeRoot(middle, end, tiles));
      end = middle;
    } else {
      path.unshift(await rangeRoot(start, middle, tiles));
      start = middle;
    }
  }
  return path;
}

/**
 * RFC 6962 section 2.1.2: that the tree of `size` leaves continues the one of `earlierSize`, which is at most `size`.
 * Empty for an empty and for an equal tree.
 */
export async function consistencyPath(earlierSize: number, size: number, tiles: TileHashes): Promise<Buffer[]> {
  if (earlierSize === 0 || earlierSize === size) return [];
  const path: Buffer[] = [];
  let [start, end] = [0, size];
  while (end !== earlierSize) {
    const middle = start + largestPowerBelow(end - start);
    if (earlierSize <= middle) {
      path.unshift(await rangeRoot(middle, end, tiles));
      end = middle;
    } else {
      path.unshift(await rangeRoot(start, middle, tiles));
      start = middle;
    }
  }
  // The whole earlier tree is known to whoever asks, a part of it is not.
  return start === 0 ? path : [await rangeRoot(start, end, tiles), ...path];
}

/** Root over the leaves from `start` up to `end`, a subtree of every tree that large. */
async function rangeRoot(start: number, end: number, tiles: TileHashes): Promise<Buffer> {
  const width = end - start;
  const half = width === 1 ? 1 : largestPowerBelow(width);
  if (width === 1 || half * 2 === width) return perfectSubtree(start, width, tiles);
  const left = await perfectSubtree(start, half, tiles);
  return nodeHash(left, await rangeRoot(start + half, end, tiles));
}

/** A perfect subtree lies in one tile: of the level whose hashes cover at most its width. */
async function perfectSubtree(start: number, width: number, tiles: TileHashes): Promise<Buffer> {
  const level = Math.floor(Math.log2(width) / tileHeight);
  const leavesPerHash = tileWidth ** level;
  const first = start / leavesPerHash;
  const hashes = await tiles(level, Math.floor(first / tileWidth));
  const offset = first % tileWidth;
  return perfectRoot(hashes.slice(offset, offset + width / leavesPerHash));
}
