import { createHash } from 'node:crypto';
import type { SignatureHash } from './hashes.ts';

/** Adds MGF1 of the seed (RFC 8017 appendix B.2.1) to the block. */
export function addMask(block: Buffer, seed: Buffer, { digest, bytes }: SignatureHash): void {
  const counter = Buffer.alloc(4);
  for (let offset = 0, count = 0; offset < block.length; offset += bytes, count++) {
    counter.writeUInt32BE(count);
    const piece = createHash(digest).update(seed).update(counter).digest();
    for (let i = 0; i < Math.min(bytes, block.length - offset); i++) {
      block.writeUInt8(block.readUInt8(offset + i) ^ piece.readUInt8(i), offset + i);
    }
  }
}
