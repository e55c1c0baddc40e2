import { createHash } from 'node:crypto';
import type { Hash } from './hash-name.ts';

/** Adds MGF1 of the seed (RFC 8017 appendix B.2.1) to the block. */
export function addMask(block: Uint8Array, seed: Uint8Array, { digest, bytes }: Hash): void {
  const counter = Buffer.alloc(4);
  for (let offset = 0, count = 0; offset < block.length; offset += bytes, count++) {
    counter.writeUInt32BE(count);
    const piece = createHash(digest).update(seed).update(counter).digest();
    const end = Math.min(bytes, block.length - offset);
    for (let i = 0; i < end; i++) block[offset + i] = (block[offset + i] as number) ^ (piece[i] as number);
    piece.fill(0);
  }
}
