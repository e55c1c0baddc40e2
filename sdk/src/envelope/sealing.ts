import type { ByteReader } from './byte-reader.ts';
import { ChunkCipher } from './chunk-cipher.ts';
import type { EnvelopeKeys } from './envelope-keys.ts';
import { encodeHeader, fixedPart } from './header.ts';

export interface SealingOptions {
  /** Name or id of the key. */
  readonly name: string;
  readonly chunkBytes: number;
}

/** The envelope of a plaintext, piece by piece: its header, then a sealed chunk for each `chunkBytes`. */
export async function* sealed(
  source: ByteReader,
  keys: EnvelopeKeys,
  { name, chunkBytes }: SealingOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { dataKey, wrapped, keyId } = await keys.generate(name);
  const fixed = fixedPart(chunkBytes, keyId);
  const cipher = await ChunkCipher.derive(dataKey, fixed);
  yield encodeHeader({ fixed, wrapped, commitment: cipher.commitment });
  for (let number = 0; ; number += 1) {
    const plaintext = await source.borrow(chunkBytes);
    const isLast = await source.isAtEnd();
    yield await cipher.seal(plaintext, number, isLast);
    if (isLast) return;
  }
}
