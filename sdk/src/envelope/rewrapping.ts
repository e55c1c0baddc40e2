import type { ByteReader } from './byte-reader.ts';
import { tagBytes } from './chunk-cipher.ts';
import type { EnvelopeKeys } from './envelope-keys.ts';
import { encodeHeader, readHeader } from './header.ts';

/** The same envelope with its data key wrapped under the newest version of its key; the chunks pass as they are. */
export async function* rewrapped(
  source: ByteReader,
  keys: EnvelopeKeys,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const header = await readHeader(source);
  const { wrapped } = await keys.rewrap(header.keyId, header.wrapped);
  yield encodeHeader({ ...header, wrapped });
  while (!(await source.isAtEnd())) yield await source.take(header.chunkBytes + tagBytes);
}
