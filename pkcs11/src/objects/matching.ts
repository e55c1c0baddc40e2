import type { ValuedAttribute } from '../codec/attribute.ts';
import type { Attributes } from './attributes.ts';

/** Whether an object has all that a template of C_FindObjectsInit names. */
export function matches(attributes: Attributes, wanted: Attributes): boolean {
  return wanted.all.every((attribute) => isSame(attributes.get(attribute.type), attribute));
}

function isSame(one: ValuedAttribute | undefined, other: ValuedAttribute): boolean {
  if (one?.kind !== other.kind) return false;
  if (other.kind === 'byte') return (one.value !== 0) === (other.value !== 0);
  if (other.kind === 'bytes' || other.kind === 'date') return sameBytes(one.value as Buffer | null, other.value);
  if (other.kind === 'mechanisms') return String(one.value) === String(other.value);
  return one.value === other.value;
}

function sameBytes(one: Buffer | null, other: Buffer | null): boolean {
  return Buffer.compare(one ?? Buffer.alloc(0), other ?? Buffer.alloc(0)) === 0;
}
