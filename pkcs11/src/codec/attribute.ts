import type { CkUlong } from './ulong.ts';

/**
 * CK_ATTRIBUTE. `length` is ulValueLen as C code has it: bytes of the value or, where the value is null, empty or zero
 * for a NULL pointer, what the owner of that pointer said.
 */
export type CkAttribute =
  /** ulValueLen -1: not there, or not to be told. */
  | { readonly type: number; readonly kind: 'unavailable' }
  /** CK_BBOOL and CK_BYTE. */
  | { readonly type: number; readonly kind: 'byte'; readonly length: number; readonly value: number }
  | { readonly type: number; readonly kind: 'ulong'; readonly length: number; readonly value: CkUlong }
  /** Eight digits, YYYYMMDD, or nothing. */
  | { readonly type: number; readonly kind: 'date'; readonly length: number; readonly value: Buffer | null }
  | { readonly type: number; readonly kind: 'bytes'; readonly length: number; readonly value: Buffer | null }
  | { readonly type: number; readonly kind: 'mechanisms'; readonly length: number; readonly value: readonly CkUlong[] }
  | {
      readonly type: number;
      readonly kind: 'template';
      readonly length: number;
      readonly value: readonly CkAttribute[];
    };

/** A CK_ATTRIBUTE whose kind has a value. */
export type ValuedAttribute = Exclude<CkAttribute, { kind: 'unavailable' }>;

/** Sizes of C types on the 64 bit systems that the protocol was made for. */
const ulongBytes = 8;
const attributeBytes = 24;

export function unavailableAttribute(type: number): CkAttribute {
  return { type, kind: 'unavailable' };
}

export function booleanAttribute(type: number, value: boolean): CkAttribute {
  return { type, kind: 'byte', length: 1, value: value ? 1 : 0 };
}

export function ulongAttribute(type: number, value: CkUlong): CkAttribute {
  return { type, kind: 'ulong', length: ulongBytes, value };
}

export function bytesAttribute(type: number, value: Buffer): CkAttribute {
  return { type, kind: 'bytes', length: value.length, value };
}

/** @param value YYYYMMDD, or empty for none */
export function dateAttribute(type: number, value: string): CkAttribute {
  const digits = Buffer.from(value, 'latin1');
  return { type, kind: 'date', length: digits.length, value: digits };
}

export function mechanismsAttribute(type: number, value: readonly CkUlong[]): CkAttribute {
  return { type, kind: 'mechanisms', length: value.length * ulongBytes, value };
}

export function templateAttribute(type: number, value: readonly CkAttribute[]): CkAttribute {
  return { type, kind: 'template', length: value.length * attributeBytes, value };
}
