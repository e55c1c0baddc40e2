import { type BodyReader, malformed } from './body-reader.ts';
import type { BodyWriter } from './body-writer.ts';
import type { CkUlong } from './ulong.ts';

/** A length without what has it: the answer to a length query or to too small a buffer (CKR_BUFFER_TOO_SMALL). */
export interface LengthOnly {
  readonly lengthOnly: number;
}

/** `ay`; null is a NULL pointer. */
export type ByteArray = Buffer | null | LengthOnly;

/** `au`. */
export type UlongArray = readonly CkUlong[] | LengthOnly;

/** In place of the room of a buffer that has none, but is no NULL pointer (from 0.25.0 on). */
const emptyBuffer = 0xffff_ffff;

export function readArray(reader: BodyReader): ByteArray {
  if (readValidity(reader)) return reader.byteArray();
  return { lengthOnly: reader.uint32() };
}

export function writeArray(writer: BodyWriter, value: ByteArray): void {
  const isThere = value === null || Buffer.isBuffer(value);
  writer.byte(isThere ? 1 : 0);
  if (isThere) writer.byteArray(value);
  else writer.uint32(value.lengthOnly);
}

export function readUlongs(reader: BodyReader): UlongArray {
  if (!readValidity(reader)) return { lengthOnly: reader.uint32() };
  return Array.from({ length: reader.count(8) }, () => reader.ulong());
}

export function writeUlongs(writer: BodyWriter, value: UlongArray): void {
  if ('lengthOnly' in value) {
    writer.byte(0);
    writer.uint32(value.lengthOnly);
    return;
  }
  writer.byte(1);
  writer.uint32(value.length);
  for (const each of value) writer.ulong(each);
}

/** `fy`. Nothing is set aside for it: what an answer takes is what it is long. */
export function readBufferRoom(reader: BodyReader): number | null {
  const room = reader.uint32();
  if (room === 0) return null;
  return room === emptyBuffer ? 0 : room;
}

export function writeBufferRoom(writer: BodyWriter, room: number | null): void {
  writer.uint32(room === null ? 0 : room || emptyBuffer);
}

function readValidity(reader: BodyReader): boolean {
  const validity = reader.byte();
  if (validity > 1) throw malformed(`${validity} for the validity of an array`);
  return validity === 1;
}
