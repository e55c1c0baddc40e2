import { hash } from 'node:crypto';
import { maxEntryBytes } from './record-encoding.ts';

/** Hashes in a full tile (C2SP tlog-tiles: tiles of height 8). */
export const tileWidth = 256;
/** Levels of the tree in one tile. */
export const tileHeight = 8;
export const hashBytes = 32;

/** Size and root of the tree at one moment. */
export interface TreeHead {
  readonly size: number;
  readonly root: Buffer;
}

/** A tile with its number within its level; the rightmost one of a level is still growing. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly Buffer[];
}

const leafScratch = Buffer.alloc(1 + maxEntryBytes, 0);
const nodeScratch = Buffer.alloc(1 + 2 * hashBytes, 1);

/** RFC 6962 section 2.1: the hash of a leaf. */
export function leafHash(entry: Uint8Array): Buffer {
  leafScratch.set(entry, 1);
  return hash('sha256', leafScratch.subarray(0, 1 + entry.length), 'buffer');
}

/** RFC 6962 section 2.1: the hash of an inner node. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + hashBytes);
  return hash('sha256', nodeScratch, 'buffer');
}

/** The largest power of two smaller than `count`, which is above 1. */
export function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** Root of a perfect subtree; the number of hashes is a power of two. */
export function perfectRoot(hashes: readonly Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1) row = pairs(row);
  const [root] = row;
  if (root === undefined) throw new RangeError('a perfect subtree has at least one hash');
  return root;
}

function pairs(row: readonly Buffer[]): Buffer[] {
  const parents: Buffer[] = [];
  for (let i = 0; i < row.length; i += 2) {
    const [left, right] = row.slice(i, i + 2);
    if (left === undefined || right === undefined) throw new RangeError(`${row.length} hashes are no perfect row`);
    parents.push(nodeHash(left, right));
  }
  return parents;
}

/**
 * An RFC 6962 tree that keeps its right edge only: the roots of its perfect subtrees, and the growing tile of
 * each level. Memory and the cost of an append do not depend on the size.
 */
export class Tree {
  #size = 0;
  /** Roots of the perfect subtrees, the largest first: one for each bit that is set in the size. */
  readonly #frontier: Buffer[] = [];
  readonly #edge: { index: number; hashes: Buffer[] }[] = [];

  /** A tree of `size` leaves from the growing tile of each level, lowest level first. */
  static fromEdge(size: number, tiles: readonly Tile[]): Tree {
    const tree = new Tree();
    tree.#size = size;
    for (const tile of tiles) tree.#edge.push({ index: tile.index, hashes: [...tile.hashes] });
    for (const tile of tiles.toReversed()) tree.#frontier.push(...perfectRoots(tile.hashes));
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  /** The growing tile of each level, lowest first; empty where the tiles of that level are all full. */
  get edge(): Tile[] {
    return this.#edge.map((tile, level) => ({ level, index: tile.index, hashes: tile.hashes }));
  }

  /** RFC 6962 section 2.1: the Merkle tree hash over all leaves. */
  root(): Buffer {
    if (this.#frontier.length === 0) return hash('sha256', '', 'buffer');
    return this.#frontier.reduceRight((right, left) => nodeHash(left, right));
  }

  /** Adds a leaf and answers the tiles that it completed. */
  append(leaf: Buffer): Tile[] {
    const completed: Tile[] = [];
    this.#pushHash(0, leaf);
    let node = leaf;
    let height = 0;
    // Arithmetic, not shifts: those would cut the size to 32 bits.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#frontier.pop();
      if (left === undefined) throw new RangeError('the frontier does not fit the size');
      node = nodeHash(left, node);
      height += 1;
      if (height % tileHeight !== 0) continue;
      const level = height / tileHeight;
      completed.push(this.#completeTile(level - 1));
      this.#pushHash(level, node);
    }
    this.#frontier.push(node);
    this.#size += 1;
    return completed;
  }

  #pushHash(level: number, node: Buffer): void {
    this.#edge[level] ??= { index: 0, hashes: [] };
    this.#edge[level].hashes.push(node);
  }

  #completeTile(level: number): Tile {
    const tile = this.#edge[level];
    if (tile === undefined) throw new RangeError(`no tile at level ${level}`);
    // A new array, not a cleared one: readers may still hold the full one.
    this.#edge[level] = { index: tile.index + 1, hashes: [] };
    return { level, index: tile.index, hashes: tile.hashes };
  }
}

function perfectRoots(hashes: readonly Buffer[]): Buffer[] {
  const roots: Buffer[] = [];
  let start = 0;
  for (let width = tileWidth / 2; width >= 1; width /= 2) {
    if ((hashes.length & width) === 0) continue;
    roots.push(perfectRoot(hashes.slice(start, start + width)));
    start += width;
  }
  return roots;
}
