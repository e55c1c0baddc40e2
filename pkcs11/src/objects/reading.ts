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
 * the client tells the length. That a buffer is too small it tells only if it is told so.
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
  if (missing.length > 0) return { template, returnValue: CKR.ATTRIBUTE_TYPE_INVALID };
  const isShort = wanted.some(({ type, room }) => !fits(attributes.get(type), room));
  return { template, returnValue: isShort ? CKR.BUFFER_TOO_SMALL : CKR.OK };
}

/** How long a CK_ULONG is, the client alone knows. */
const ofKnownLength: readonly unknown[] = ['byte', 'bytes', 'date'];

/** Without room the length alone is asked. */
function fits(attribute: ValuedAttribute | undefined, room: number): boolean {
  if (attribute === undefined || room === 0) return true;
  return !ofKnownLength.includes(attribute.kind) || attribute.length <= room;
}

/** An estimate for C_GetObjectSize: the bytes of all values. */
export function objectSize(attributes: Attributes): number {
  return attributes.all.reduce((sum, { length }: ValuedAttribute) => sum + length, 0);
}
