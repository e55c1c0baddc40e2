import { releaseBytes } from '../../released-bytes.ts';
import { secretMemory } from '../../secret.ts';

/** Joins parts in memory of their own: Buffer.concat would leave a copy in Node's shared pool. */
export function joinUnpooled(...parts: readonly Uint8Array[]): Buffer {
  const joined = secretMemory(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Joins parts that nobody will look at again, and wipes them. */
export function joinAndWipe(...parts: readonly Uint8Array[]): Buffer {
  const joined = joinUnpooled(...parts);
  for (const part of parts) releaseBytes(part);
  return joined;
}

/** Zeroes the bits of the last byte that a value of so many bits does not use: the low ones, as in WebCrypto. */
export function zeroUnusedBits(bytes: Buffer, bits: number): Buffer {
  const unused = -bits & 7;
  if (unused > 0) bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) & (0xff << unused) & 0xff, bytes.length - 1);
  return bytes;
}
