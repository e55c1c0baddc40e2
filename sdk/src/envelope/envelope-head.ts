import { ByteReader } from './byte-reader.ts';
import { encodeHeader, mostHeaderBytes, readHeader } from './header.ts';

/** What stands before the chunks of an envelope, for programs that wrap its data key anew where it lies. */
export interface EnvelopeHead {
  /** Id of the named key. */
  readonly keyId: string;
  readonly wrapped: Uint8Array;
  /** Length of the head in bytes: the chunks begin there. */
  readonly lengthBytes: number;
  /** The head with the data key wrapped otherwise; it may have another length. */
  with(wrapped: Uint8Array): Uint8Array;
}

/** No head is longer. */
export const mostHeadBytes = mostHeaderBytes;

/**
 * Reads the head of an envelope.
 *
 * @param start its first bytes: `mostHeadBytes` of them, or all where it has fewer
 * @throws FerroHsmError `data_invalid`
 * @example const { keyId, wrapped } = await readEnvelopeHead(await file.slice(0, mostHeadBytes).bytes());
 */
export async function readEnvelopeHead(start: BufferSource): Promise<EnvelopeHead> {
  const pieces = [start];
  const header = await readHeader(new ByteReader(async () => pieces.pop()));
  const encode = (wrapped: Uint8Array) => encodeHeader({ ...header, wrapped });
  const { keyId, wrapped } = header;
  return { keyId, wrapped, lengthBytes: encode(wrapped).length, with: encode };
}
