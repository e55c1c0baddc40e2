import { createHash, timingSafeEqual } from 'node:crypto';
import type { SignatureHash } from './hashes.ts';
import { addMask } from './mask.ts';

const trailer = 0xbc;

/**
 * EMSA-PSS-VERIFY of RFC 8017 section 9.1.2 for a message that is known by its digest, which node:crypto cannot do.
 *
 * @param raised the signature to the power of the public exponent, as long as the modulus
 */
export function isPssEncoding(
  raised: Buffer,
  digest: Buffer,
  { hash, saltBytes, modulusBits }: { hash: SignatureHash; saltBytes: number; modulusBits: number },
): boolean {
  const encodedBits = modulusBits - 1;
  // A modulus of 8n + 1 bits is a byte longer than what is encoded.
  const encoded = raised.subarray(raised.length - Math.ceil(encodedBits / 8));
  const blockBytes = encoded.length - hash.bytes - 1;
  const paddingBytes = blockBytes - saltBytes - 1;
  if (paddingBytes < 0 || encoded.at(-1) !== trailer) return false;
  if (raised.subarray(0, raised.length - encoded.length).some((byte) => byte !== 0)) return false;
  const block = Buffer.from(encoded.subarray(0, blockBytes));
  const seed = encoded.subarray(blockBytes, -1);
  const unusedBits = 8 * encoded.length - encodedBits;
  if (block.readUInt8(0) >> (8 - unusedBits) !== 0) return false;
  addMask(block, seed, hash);
  block.writeUInt8(block.readUInt8(0) & (0xff >> unusedBits), 0);
  if (block.subarray(0, paddingBytes).some((byte) => byte !== 0) || block.at(paddingBytes) !== 1) return false;
  const salt = block.subarray(paddingBytes + 1);
  const expected = createHash(hash.digest).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  return timingSafeEqual(expected, seed);
}
