import type { ValuedAttribute } from '../codec/attribute.ts';
import { attributeKind } from '../codec/attribute-kinds.ts';
import { CKA } from '../codec/constants/attribute-types.ts';
import { Attributes, attributeOf } from './attributes.ts';
import { importedPublicKey } from './imported-public-key.ts';
import type { TokenObject } from './token-object.ts';

/** An attribute as the sidecar stores it: CK_ULONGs as eight bytes, little-endian, booleans as one. */
export interface StoredAttribute {
  readonly type: number;
  readonly value: Uint8Array;
}

export function storedAttributes(attributes: Attributes): StoredAttribute[] {
  return attributes.all.map(({ type, kind, value }) => ({ type, value: storedValue(kind, value) }));
}

export function restoredAttributes(stored: readonly StoredAttribute[]): Attributes {
  return new Attributes(stored.map(({ type, value }) => restored(type, Buffer.from(value))));
}

/** A certificate, a public key or data that an application has stored. */
export function storedObject(id: string, stored: readonly StoredAttribute[]): TokenObject {
  const attributes = restoredAttributes(stored).with(
    new Attributes([attributeOf(CKA.UNIQUE_ID, Buffer.from(id, 'latin1'))]),
  );
  const publicKey = importedPublicKey(attributes);
  return { identity: id, storedAs: id, attributes, ...(publicKey && { publicKey }) };
}

function storedValue(kind: ValuedAttribute['kind'], value: ValuedAttribute['value']): Uint8Array {
  if (kind === 'ulong') return ulongBytes([value as number]);
  if (kind === 'byte') return Buffer.of(value as number);
  if (kind === 'mechanisms') return ulongBytes(value as readonly number[]);
  return (value as Buffer | null) ?? Buffer.alloc(0);
}

function restored(type: number, value: Buffer): ValuedAttribute {
  const kind = attributeKind(type, 2);
  if (kind === 'ulong') return attributeOf(type, Number(value.readBigUInt64LE()));
  if (kind === 'byte') return attributeOf(type, value[0] === 1);
  if (kind === 'date') return attributeOf(type, value.toString('latin1'));
  return attributeOf(type, value);
}

function ulongBytes(values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * index);
  return bytes;
}
