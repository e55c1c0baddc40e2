import { concat } from '../transparency/bytes.ts';
import { ByteReader } from './byte-reader.ts';
import type { EnvelopeKeys } from './envelope-keys.ts';
import { requireChunkBytes } from './header.ts';
import { opened } from './opening.ts';
import { rewrapped } from './rewrapping.ts';
import { sealed } from './sealing.ts';
import { type EnvelopeStream, streamPair } from './stream-pair.ts';

export interface EnvelopeOptions {
  /** Bytes of plaintext in each chunk, 1024 to 1048576; default 262144. Both sides hold a few chunks in memory. */
  readonly chunkBytes?: number;
}

export interface EnvelopeOpening {
  /** Name or id of the key that the envelope must be of; by default the key that it names. */
  readonly name?: string;
}

export interface StreamOptions {
  /**
   * What is written is given up: its memory is freed as soon as it is used instead of by garbage collection, and must not
   * be used again. Default false.
   */
  readonly transfer?: boolean;
}

const defaultChunkBytes = 256 * 1024;

/**
 * Encrypts streams of any length in constant memory: a data key encrypts, the named key in the sidecar wraps it. The
 * envelope holds the wrapped data key and is opened with the version of the key that wrapped it; the format is in
 * docs/envelope.md.
 *
 * @example const envelope = new Envelope(hsm.dataKeys);
 *   await file.stream().pipeThrough(envelope.encrypt('backups')).pipeTo(upload);
 */
export class Envelope {
  readonly #keys: EnvelopeKeys;

  constructor(keys: EnvelopeKeys) {
    this.#keys = keys;
  }

  /**
   * Encrypts under the newest active version of a named key.
   *
   * @throws RangeError for `chunkBytes`; the stream errors as `DataKeys.generate` throws
   * @example source.pipeThrough(envelope.encrypt('backups'))
   */
  encrypt(
    name: string,
    { chunkBytes = defaultChunkBytes, transfer }: EnvelopeOptions & StreamOptions = {},
  ): EnvelopeStream {
    requireChunkBytes(chunkBytes);
    return streamPair((source) => sealed(source, this.#keys, { name, chunkBytes }), transfer);
  }

  /**
   * Decrypts. Each piece that comes out is authentic, at its place; that it was all of the plaintext is known only when
   * the stream closes. It errors with FerroHsmError `operation_failed` or `data_invalid` for what was changed, cut off,
   * lengthened or put in another order, and as `DataKeys.decrypt` throws.
   *
   * @example source.pipeThrough(envelope.decrypt())
   */
  decrypt({ name, transfer }: EnvelopeOpening & StreamOptions = {}): EnvelopeStream {
    return streamPair((source) => opened(source, this.#keys, name), transfer);
  }

  /**
   * Wraps the data key of an envelope anew under the newest active version of its key: the header changes, the chunks pass
   * unread. The data key does not leave the sidecar.
   *
   * @example source.pipeThrough(envelope.rewrap())
   */
  rewrap({ transfer }: StreamOptions = {}): EnvelopeStream {
    return streamPair((source) => rewrapped(source, this.#keys), transfer);
  }

  /**
   * `encrypt` for what is in memory.
   *
   * @example const sealed = await envelope.encryptBytes('backups', plaintext);
   */
  async encryptBytes(
    name: string,
    plaintext: BufferSource,
    { chunkBytes = defaultChunkBytes }: EnvelopeOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    requireChunkBytes(chunkBytes);
    return whole(sealed(readerOf(plaintext), this.#keys, { name, chunkBytes }));
  }

  /**
   * `decrypt` for what is in memory: all of the plaintext, or an error.
   *
   * @example const plaintext = await envelope.decryptBytes(sealed);
   */
  decryptBytes(envelope: BufferSource, { name }: EnvelopeOpening = {}): Promise<Uint8Array<ArrayBuffer>> {
    return whole(opened(readerOf(envelope), this.#keys, name));
  }
}

function readerOf(bytes: BufferSource): ByteReader {
  const pieces = [bytes];
  return new ByteReader(async () => pieces.pop());
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return concat(...all);
}
