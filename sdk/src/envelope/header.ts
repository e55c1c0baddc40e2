import { FerroHsmError } from '../errors.ts';
import { nativeCrypto } from '../local/native-crypto.ts';
import { concat } from '../transparency/bytes.ts';
import type { ByteReader } from './byte-reader.ts';

/** `FHSM`, format 2, suite 1: HKDF-SHA-256 and AES-256-GCM. */
const magic = Uint8Array.of(0x46, 0x48, 0x53, 0x4d, 0x02, 0x01);
const keyIdBytes = 26;
const saltBytes = 16;
const fixedBytes = magic.length + 4 + keyIdBytes + saltBytes;

export const commitmentBytes = 32;
/** Of KEM ciphertexts the longest has 1665 bytes. */
const mostWrappedBytes = 4096;
/** Of fixed part, length, wrapped data key and commitment. */
export const mostHeaderBytes = fixedBytes + 2 + mostWrappedBytes + commitmentBytes;

/** Bounds of the size of a chunk in bytes: what an envelope may make its reader hold in memory. */
const chunkLimits = Object.freeze({ least: 1024, most: 1 << 20 });

/** The start of every envelope. */
export interface EnvelopeHeader {
  /** What stays the same for as long as the envelope lives: everything before the wrapped data key. */
  readonly fixed: Uint8Array<ArrayBuffer>;
  /** Bytes of plaintext in each chunk but the last. */
  readonly chunkBytes: number;
  /** Id of the named key that wraps the data key. */
  readonly keyId: string;
  readonly wrapped: Uint8Array;
  /** Derived of the data key and the fixed part. */
  readonly commitment: Uint8Array<ArrayBuffer>;
}

/** @throws RangeError for a size of chunks that no envelope has */
export function requireChunkBytes(chunkBytes: number): void {
  if (isChunkSize(chunkBytes)) return;
  const { least, most } = chunkLimits;
  throw new RangeError(`chunkBytes is ${chunkBytes}, not a whole number from ${least} to ${most}`);
}

function isChunkSize(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes >= chunkLimits.least && bytes <= chunkLimits.most;
}

/** The fixed part of a new envelope: magic, format, suite, chunk size as 32 bits big-endian, key id, salt. */
export function fixedPart(chunkBytes: number, keyId: string): Uint8Array<ArrayBuffer> {
  const fixed = new Uint8Array(fixedBytes);
  fixed.set(magic);
  new DataView(fixed.buffer).setUint32(magic.length, chunkBytes);
  fixed.set(new TextEncoder().encode(keyId), magic.length + 4);
  nativeCrypto.getRandomValues(fixed.subarray(-saltBytes));
  return fixed;
}

/** Fixed part, length of the wrapped data key as 16 bits big-endian, wrapped data key, commitment. */
export function encodeHeader({ fixed, wrapped, commitment }: Omit<EnvelopeHeader, 'chunkBytes' | 'keyId'>) {
  return concat(fixed, Uint8Array.of(wrapped.length >> 8, wrapped.length & 0xff), wrapped, commitment);
}

/** @throws FerroHsmError `data_invalid` for what is no envelope, or none of this format */
export async function readHeader(source: ByteReader): Promise<EnvelopeHeader> {
  const fixed = await source.take(fixedBytes);
  if (!magic.every((byte, index) => fixed[index] === byte)) throw notAnEnvelope('the input does not start as one');
  requireLength(fixed, fixedBytes);
  const chunkBytes = new DataView(fixed.buffer).getUint32(magic.length);
  if (!isChunkSize(chunkBytes)) throw notAnEnvelope(`chunks of ${chunkBytes} bytes`);
  const length = requireLength(await source.take(2), 2);
  const wrappedBytes = new DataView(length.buffer).getUint16(0);
  if (wrappedBytes > mostWrappedBytes) throw notAnEnvelope(`a wrapped data key of ${wrappedBytes} bytes`);
  const wrapped = requireLength(await source.take(wrappedBytes), wrappedBytes);
  const commitment = requireLength(await source.take(commitmentBytes), commitmentBytes);
  return { fixed, chunkBytes, keyId: keyIdOf(fixed), wrapped, commitment };
}

function keyIdOf(fixed: Uint8Array): string {
  const id = String.fromCharCode(...fixed.subarray(magic.length + 4, -saltBytes));
  if (!/^key_[A-Za-z0-9_-]{22}$/.test(id)) throw notAnEnvelope('the id of its key is malformed');
  return id;
}

function requireLength<T extends Uint8Array>(bytes: T, lengthBytes: number): T {
  if (bytes.length < lengthBytes) throw notAnEnvelope('its header is cut off');
  return bytes;
}

function notAnEnvelope(reason: string): FerroHsmError {
  return new FerroHsmError('data_invalid', `not an envelope: ${reason}`);
}
