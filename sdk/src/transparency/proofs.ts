import { equal } from './bytes.ts';
import { isPowerOfTwo } from './powers-of-two.ts';
import { emptyRoot, type Hash, leafHash, nodeHash } from './tree-hash.ts';

/**
 * Whether an entry is in a tree (RFC 9162 section 2.1.3.2).
 *
 * @param leaf the entry as it is in the log
 * @param index its number, from 0
 * @param size entries in the tree
 * @param proof hashes from the leaf's sibling up
 * @param root of the tree of that size, from a verified checkpoint
 *
 * @example await verifyInclusion(entry, 5, 7, proof, root);
 */
export async function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): Promise<boolean> {
  return verifyLeafInclusion(await leafHash(leaf), index, size, proof, root);
}

/** The same for an entry of which only the leaf hash is known. */
export async function verifyLeafInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): Promise<boolean> {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = await nodeHash(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = await nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(hash, root);
}

/**
 * Whether a tree is the continuation of an earlier one (RFC 9162 section 2.1.4.2). Every tree continues the empty
 * one and itself, with an empty proof.
 *
 * @example await verifyConsistency(3, 7, proof, earlierRoot, laterRoot);
 */
export async function verifyConsistency(
  earlierSize: number,
  laterSize: number,
  proof: readonly Uint8Array[],
  earlierRoot: Uint8Array,
  laterRoot: Uint8Array,
): Promise<boolean> {
  if (!isCount(earlierSize) || !isCount(laterSize) || earlierSize > laterSize) return false;
  if (earlierSize === laterSize) return proof.length === 0 && equal(earlierRoot, laterRoot);
  if (earlierSize === 0) return proof.length === 0 && equal(earlierRoot, await emptyRoot());
  // The root of a perfect tree is not repeated in the proof.
  const [start, ...rest] = isPowerOfTwo(earlierSize) ? [earlierRoot, ...proof] : proof;
  return start !== undefined && isContinued(earlierSize - 1, laterSize - 1, [start, rest], earlierRoot, laterRoot);
}

async function isContinued(
  earlierLast: number,
  laterLast: number,
  [start, rest]: readonly [Uint8Array, readonly Uint8Array[]],
  earlierRoot: Uint8Array,
  laterRoot: Uint8Array,
): Promise<boolean> {
  let [node, last] = [earlierLast, laterLast];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let earlier: Hash = new Uint8Array(start);
  let later = earlier;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      [earlier, later] = await Promise.all([nodeHash(sibling, earlier), nodeHash(sibling, later)]);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      later = await nodeHash(later, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(earlier, earlierRoot) && equal(later, laterRoot);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

// Arithmetic, not bit operations: those would cut the number to 32 bits.
function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
