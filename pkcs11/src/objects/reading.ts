import { type CkAttribute, unavailableAttribute, type ValuedAttribute } from '../codec/attribute.ts';
import type { AttributeBuffer } from '../codec/attribute-buffers.ts';
import { CKA } from '../codec/constants/attribute-types.ts';
import { CKO } from '../codec/constants/objects.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { Attributes } from './attributes.ts';
import { secretAttributes } from './secret-attributes.ts';

const heldClasses: readonly unknown[] = [CKO.PRIVATE_KEY, CKO.SECRET_KEY];

/**
 * The answer to C_GetAttributeValue: exactly what was asked, in that order. A value is sent whatever room there is for it:
 * the client tells the length, and that a buffer is too small.
 */
export function readAttributeValues(
  attributes: Attributes,
  wanted: readonly AttributeBuffer[],
): { readonly template: readonly CkAttribute[]; readonly returnValue: number } {
  const template = wanted.map(({ type }) => attributes.get(type) ?? unavailableAttribute(type));
  const missing = wanted.filter(({ type }) => !attributes.has(type));
  const isHeld = heldClasses.includes(attributes.ulong(CKA.CLASS));
  if (isHeld && missing.some(({ type }) => secretAttributes.includes(type))) {
    return { template, returnValue: CKR.ATTRIBUTE_SENSITIVE };
  }
  return { template, returnValue: missing.length > 0 ? CKR.ATTRIBUTE_TYPE_INVALID : CKR.OK };
}

/** An estimate for C_GetObjectSize: the bytes of all values. */
export function objectSize(attributes: Attributes): number {
  return attributes.all.reduce((sum, { length }: ValuedAttribute) => sum + length, 0);
}
