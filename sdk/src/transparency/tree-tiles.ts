import { readTile } from './hash-tile.ts';
import { isPowerOfTwo, largestPowerBelow } from './powers-of-two.ts';
import { type LogSource, tilePath, tileWidth } from './tile-source.ts';
import { emptyRoot, type Hash, nodeHash, rootOf } from './tree-hash.ts';

/** Entries of a tree from `start` on, up to but without `end`. */
export interface EntryRange {
  readonly start: number;
  readonly end: number;
}

/** Hashes of a tree's subtrees from its tiles, not verified. Reads only the tiles that are needed, each one once. */
export class TreeTiles {
  readonly #source: LogSource;
  readonly #size: number;
  readonly #tiles = new Map<string, Promise<Hash[]>>();

  /** @param size entries in the whole tree, which decides how wide the last tiles are */
  constructor(source: LogSource, size: number) {
    this.#source = source;
    this.#size = size;
  }

  /**
   * RFC 6962 section 2.1, MTH(D[start:end]), for the subtrees that its splits give.
   *
   * @throws DamagedLogError for a tile that is missing or malformed
   */
  async root({ start, end }: EntryRange): Promise<Hash> {
    const width = end - start;
    if (width === 0) return emptyRoot();
    if (isPowerOfTwo(width)) return this.#perfectRoot(start, width);
    const middle = start + largestPowerBelow(width);
    const children = [this.root({ start, end: middle }), this.root({ start: middle, end })] as const;
    const [left, right] = await Promise.all(children);
    return nodeHash(left, right);
  }

  /** From the highest level that has it: the tiles below may have been pruned. */
  async #perfectRoot(start: number, width: number): Promise<Hash> {
    const level = Math.floor(Math.log2(width) / Math.log2(tileWidth));
    const first = start / tileWidth ** level;
    const hashes = await this.#tile(level, Math.floor(first / tileWidth));
    const offset = first % tileWidth;
    return rootOf(hashes.slice(offset, offset + width / tileWidth ** level));
  }

  #tile(level: number, index: number): Promise<Hash[]> {
    const width = Math.min(tileWidth, Math.floor(this.#size / tileWidth ** level) - index * tileWidth);
    const place = { level, index, width };
    const path = tilePath(place);
    const tile = this.#tiles.get(path) ?? readTile(this.#source, place);
    this.#tiles.set(path, tile);
    return tile;
  }
}
