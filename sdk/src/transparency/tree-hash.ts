import { concat } from './bytes.ts';

export const hashBytes = 32;

export type Hash = Uint8Array<ArrayBuffer>;

/** RFC 6962 section 2.1: the hash of a leaf. */
export function leafHash(entry: Uint8Array): Promise<Hash> {
  return sha256(concat(Uint8Array.of(0), entry));
}

/** RFC 6962 section 2.1: the hash of an inner node. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Hash> {
  return sha256(concat(Uint8Array.of(1), left, right));
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Hash> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** RFC 6962 section 2.1: the root of a tree without leaves. */
export function emptyRoot(): Promise<Hash> {
  return sha256(new Uint8Array());
}

/** RFC 6962 section 2.1: root over at least one hash of equal height; the widths of a tile make that quick. */
export async function rootOf(hashes: readonly Hash[]): Promise<Hash> {
  let row = hashes;
  while (row.length > 1) row = await parents(row);
  const [root] = row;
  return root ?? emptyRoot();
}

/** A hash without a sibling moves up as it is, which gives the split of RFC 6962 at the largest power of two. */
function parents(row: readonly Hash[]): Promise<Hash[]> {
  const pairs: (Hash | Promise<Hash>)[] = [];
  for (let i = 0; i < row.length; i += 2) {
    const [left, right] = row.slice(i, i + 2);
    if (left !== undefined) pairs.push(right === undefined ? left : nodeHash(left, right));
  }
  return Promise.all(pairs);
}
