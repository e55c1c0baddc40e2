import { CKA } from '../codec/constants/attribute-types.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { Attributes } from '../objects/attributes.ts';
import { secretAttributes } from '../objects/secret-attributes.ts';

/** What only the token says of a key. */
const saidByToken: readonly number[] = [
  CKA.LOCAL,
  CKA.ALWAYS_SENSITIVE,
  CKA.NEVER_EXTRACTABLE,
  CKA.KEY_GEN_MECHANISM,
  CKA.UNIQUE_ID,
];

/**
 * What every template of a key that the token makes must hold to.
 *
 * @throws CryptokiRefusal CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID for a key of the
 *   token that would be extractable
 */
export function checkKeyTemplate(
  template: Attributes,
  expected: { readonly class: number; readonly keyType?: number },
): void {
  const fixed = template.types.find((type) => saidByToken.includes(type));
  if (fixed !== undefined) throw new CryptokiRefusal(CKR.ATTRIBUTE_READ_ONLY, 'only the token says that');
  if (template.types.some((type) => secretAttributes.includes(type))) {
    throw new CryptokiRefusal(CKR.TEMPLATE_INCONSISTENT, 'a key that is made has no value yet');
  }
  requireSame(template, CKA.CLASS, expected.class);
  if (expected.keyType !== undefined) requireSame(template, CKA.KEY_TYPE, expected.keyType);
  if (template.boolean(CKA.EXTRACTABLE) === true && template.boolean(CKA.TOKEN) === true) {
    throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, 'keys of the token are never extractable');
  }
}

function requireSame(template: Attributes, type: number, expected: number): void {
  const value = template.ulong(type);
  if (value === undefined || value === expected) return;
  throw new CryptokiRefusal(CKR.TEMPLATE_INCONSISTENT, `another class or key type than the mechanism makes`);
}
