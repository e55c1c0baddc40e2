import { createHash, randomBytes } from 'node:crypto';
import type { SignatureHash } from './hashes.ts';
import { addMask } from './mask.ts';

export interface OaepHashes {
  /** Of the label. */
  readonly hash: SignatureHash;
  /** Of the mask generation function: node:crypto knows one for both. */
  readonly mask: SignatureHash;
}

/**
 * EME-OAEP encoding of RFC 8017 section 7.1.1 step 2 with a fresh seed.
 *
 * @param message which fits
 * @param modulusBytes length of the result, to be raised as it is
 */
export function oaepEncoding(hashes: OaepHashes, label: Buffer, message: Buffer, modulusBytes: number): Buffer {
  const { hash, mask } = hashes;
  const encoded = Buffer.alloc(modulusBytes);
  const seed = encoded.subarray(1, 1 + hash.bytes);
  const block = encoded.subarray(1 + hash.bytes);
  createHash(hash.digest).update(label).digest().copy(block);
  const start = block.length - message.length;
  block.writeUInt8(1, start - 1);
  message.copy(block, start);
  randomBytes(hash.bytes).copy(seed);
  addMask(block, seed, mask);
  addMask(seed, block, mask);
  return encoded;
}
