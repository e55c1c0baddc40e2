import { hash } from 'node:crypto';

export const hashBytes = 32;

/** RFC 6962 section 2.1: the hash of a leaf. */
export function leafHash(entry: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([Uint8Array.of(0), entry]), 'buffer');
}

/** RFC 6962 section 2.1: the root of a tree without leaves. */
export function emptyRoot(): Buffer {
  return hash('sha256', '', 'buffer');
}

/** Root of a perfect tree over hashes of equal height, a power of two of them. */
export function perfectRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) row = parents(row);
  return row[0] ?? emptyRoot();
}

/**
 * Root over perfect subtrees of one level, with what the levels below leave on their right: the binary digits of their
 * number are the subtrees of RFC 6962.
 */
export function joinRight(hashes: readonly Uint8Array[], right: Uint8Array | undefined): Uint8Array | undefined {
  let root = right;
  let end = hashes.length;
  for (let width = 1; width <= hashes.length; width *= 2) {
    if ((hashes.length & width) === 0) continue;
    const left = perfectRoot(hashes.slice(end - width, end));
    root = root === undefined ? left : nodeHash(left, root);
    end -= width;
  }
  return root;
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([Uint8Array.of(1), left, right]), 'buffer');
}

function parents(row: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: row.length / 2 }, (_, i) =>
    nodeHash(row[2 * i] ?? emptyRoot(), row[2 * i + 1] ?? emptyRoot()),
  );
}
