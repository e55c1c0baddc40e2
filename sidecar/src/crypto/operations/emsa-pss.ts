import { createHash, randomFillSync } from 'node:crypto';
import { secretMemory } from '../../secret.ts';
import type { Hash } from './hash-name.ts';
import { addMask } from './mgf1.ts';
import { operationFailed } from './refusal.ts';
import { joinUnpooled } from './unpooled.ts';

const trailer = 0xbc;

/**
 * EMSA-PSS-ENCODE of RFC 8017 section 9.1.1 with a fresh salt, for a message that is known by its digest. MGF1 uses the
 * hash of the message.
 *
 * @param modulusBits of the key; the result is as long as the modulus, to be raised as it is
 * @throws SidecarError `operation_failed` when digest and salt do not fit under the modulus
 */
export function encodePss(hash: Hash, digest: Uint8Array, saltBytes: number, modulusBits: number): Buffer {
  const encodedBits = modulusBits - 1;
  const encodedBytes = Math.ceil(encodedBits / 8);
  const blockBytes = encodedBytes - hash.bytes - 1;
  if (blockBytes < saltBytes + 1) throw operationFailed(`a salt of ${saltBytes} bytes`);
  const salt = randomFillSync(secretMemory(saltBytes));
  const seed = createHash(hash.digest).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const block = joinUnpooled(Buffer.alloc(blockBytes - saltBytes - 1), Buffer.of(1), salt);
  salt.fill(0);
  addMask(block, seed, hash);
  block.writeUInt8(block.readUInt8(0) & (0xff >> (8 * encodedBytes - encodedBits)), 0);
  // A modulus of 8n + 1 bits is a byte longer than what is encoded.
  const leading = Buffer.alloc(Math.ceil(modulusBits / 8) - encodedBytes);
  const encoded = joinUnpooled(leading, block, seed, Buffer.of(trailer));
  block.fill(0);
  return encoded;
}
