import { CKA } from '../codec/constants/attribute-types.ts';

/** What a private or secret key is made of: never told, and never taken for a key that the sidecar makes. */
export const secretAttributes: readonly number[] = [
  CKA.VALUE,
  CKA.PRIVATE_EXPONENT,
  CKA.PRIME_1,
  CKA.PRIME_2,
  CKA.EXPONENT_1,
  CKA.EXPONENT_2,
  CKA.COEFFICIENT,
  CKA.SEED,
];
