import { FerroHsmError } from '../errors.ts';
import { equal } from '../transparency/bytes.ts';
import type { ByteReader } from './byte-reader.ts';
import { ChunkCipher, tagBytes } from './chunk-cipher.ts';
import type { EnvelopeKeys } from './envelope-keys.ts';
import { type EnvelopeHeader, readHeader } from './header.ts';

/**
 * The plaintext of an envelope, piece by piece, each after its tag was verified. Only when it ends without an error was
 * the envelope whole.
 *
 * @param name of the key that it must be of; the key that the header names when undefined
 * @throws FerroHsmError `data_invalid`, `operation_failed`, and what `DataKeys.decrypt` throws
 */
export async function* opened(
  source: ByteReader,
  keys: EnvelopeKeys,
  name: string | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const header = await readHeader(source);
  const cipher = await openHeader(header, keys, name);
  for (let number = 0; ; number += 1) {
    const chunk = await source.borrow(header.chunkBytes + tagBytes);
    const isLast = await source.isAtEnd();
    const plaintext = await cipher.open(chunk, number, isLast);
    // An empty chunk after others would be a second form of the same envelope.
    if (plaintext === undefined || (plaintext.length === 0 && number > 0)) throw brokenChunk(number);
    if (plaintext.length > 0) yield plaintext;
    if (isLast) return;
  }
}

async function openHeader(
  { fixed, keyId, wrapped, commitment }: EnvelopeHeader,
  keys: EnvelopeKeys,
  name = keyId,
): Promise<ChunkCipher> {
  const { dataKey } = await keys.decrypt(name, wrapped);
  const cipher = await ChunkCipher.derive(dataKey, fixed);
  if (equal(cipher.commitment, commitment)) return cipher;
  throw new FerroHsmError('operation_failed', 'the header of the envelope was changed, or its data key is of another');
}

function brokenChunk(number: number): FerroHsmError {
  return new FerroHsmError('operation_failed', `chunk ${number} of the envelope was changed or cut off`);
}
