import {
  type ByteArray,
  readArray,
  readBufferRoom,
  readUlongs,
  type UlongArray,
  writeArray,
  writeBufferRoom,
  writeUlongs,
} from './arrays.ts';
import type { CkAttribute } from './attribute.ts';
import { readAttributes, writeAttributes } from './attribute-array.ts';
import { type AttributeBuffer, readAttributeBuffers, writeAttributeBuffers } from './attribute-buffers.ts';
import { type BodyReader, malformed } from './body-reader.ts';
import type { BodyWriter } from './body-writer.ts';
import { type CkMechanism, readMechanism, writeMechanism } from './mechanism.ts';
import type { CkUlong } from './ulong.ts';

export interface CkVersion {
  readonly major: number;
  readonly minor: number;
}

/** The kinds of arguments and what they are here. Without digits, a kind is the protocol's own sign for it. */
export interface KindValues {
  /** CK_BYTE, CK_BBOOL. */
  readonly y: number;
  readonly u: CkUlong;
  readonly v: CkVersion;
  /** Text of a fixed length in bytes, padded with spaces; see `padded-text.ts`. */
  readonly s16: Buffer;
  readonly s32: Buffer;
  readonly s64: Buffer;
  /** Text that ends at a NUL, which does not travel. */
  readonly z: Buffer | null;
  readonly ay: ByteArray;
  /** Room for bytes; null for a NULL pointer: only the length is asked. */
  readonly fy: number | null;
  readonly au: UlongArray;
  /** Room for CK_ULONGs; null as above. */
  readonly fu: number | null;
  readonly aA: readonly CkAttribute[];
  readonly fA: readonly AttributeBuffer[];
  /** null cancels the operation. */
  readonly M: CkMechanism | null;
  /**
   * What became of the parameter of a mechanism: nothing where it has none, else a byte that says whether a changed value
   * follows. Only IBM's mechanisms change theirs.
   */
  readonly P: Buffer;
}

export type Kind = keyof KindValues;

interface Codec<T> {
  readonly read: (reader: BodyReader) => T;
  readonly write: (writer: BodyWriter, value: T) => void;
}

export const codecs: { readonly [K in Kind]: Codec<KindValues[K]> } = {
  y: { read: (reader) => reader.byte(), write: (writer, value) => writer.byte(value) },
  u: { read: (reader) => reader.ulong(), write: (writer, value) => writer.ulong(value) },
  v: { read: readVersion, write: writeVersion },
  s16: textOf(16),
  s32: textOf(32),
  s64: textOf(64),
  z: { read: (reader) => reader.byteArray(), write: (writer, value) => writer.byteArray(value) },
  ay: { read: readArray, write: writeArray },
  fy: { read: readBufferRoom, write: writeBufferRoom },
  au: { read: readUlongs, write: writeUlongs },
  fu: { read: (reader) => reader.uint32() || null, write: (writer, value) => writer.uint32(value ?? 0) },
  aA: { read: readAttributes, write: writeAttributes },
  fA: { read: readAttributeBuffers, write: writeAttributeBuffers },
  M: { read: readMechanism, write: writeMechanism },
  P: { read: readParameterUpdate, write: (writer, value) => writer.bytes(value) },
};

/** The sign of a kind in the signature of a message. */
export function signOf(kind: Kind): string {
  return kind.replace(/\d+$/, '');
}

function textOf(length: number): Codec<Buffer> {
  return {
    read(reader) {
      const text = reader.byteArray();
      if (text?.length !== length) throw malformed(`text of ${text?.length ?? 0} bytes instead of ${length}`);
      return text;
    },
    write(writer, text) {
      if (text.length !== length) throw new RangeError(`text of ${text.length} bytes instead of ${length}`);
      writer.byteArray(text);
    },
  };
}

function readVersion(reader: BodyReader): CkVersion {
  return { major: reader.byte(), minor: reader.byte() };
}

function writeVersion(writer: BodyWriter, { major, minor }: CkVersion): void {
  writer.byte(major);
  writer.byte(minor);
}

/** It has no length of its own: all but the handle that ends the only answer that has one. */
function readParameterUpdate(reader: BodyReader): Buffer {
  return reader.bytes(Math.max(0, reader.remainingBytes - 8));
}
