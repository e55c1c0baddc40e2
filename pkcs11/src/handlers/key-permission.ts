import { CKA } from '../codec/constants/attribute-types.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import type { Mechanism } from '../mechanisms/mechanism.ts';
import { mechanismOf } from '../mechanisms/mechanisms.ts';
import type { TokenObject } from '../objects/token-object.ts';

/** What a mechanism does with a key that it is given. */
export type KeyFunction = Exclude<keyof Mechanism, Exclude<keyof Mechanism, keyof typeof attributes>>;

/** The attribute by which a key allows each. */
const attributes = {
  sign: CKA.SIGN,
  signRecover: CKA.SIGN_RECOVER,
  verify: CKA.VERIFY,
  verifyRecover: CKA.VERIFY_RECOVER,
  encrypt: CKA.ENCRYPT,
  decrypt: CKA.DECRYPT,
  wrap: CKA.WRAP,
  unwrap: CKA.UNWRAP,
  derive: CKA.DERIVE,
} as const;

/** What the refusals of a key are called: those of wrapping keys have names of their own. */
export interface KeyRefusals {
  readonly type: number;
  readonly size: number;
}

const refusalsOfKeys: KeyRefusals = { type: CKR.KEY_TYPE_INCONSISTENT, size: CKR.KEY_SIZE_RANGE };

/** @throws CryptokiRefusal CKR_MECHANISM_INVALID for a mechanism that is not served, or has no such function */
export function mechanismFor<F extends KeyFunction>(type: CkUlong, keyFunction: F) {
  const mechanism = mechanismOf(type);
  const begin = mechanism[keyFunction];
  if (begin !== undefined) return { mechanism, begin: begin as NonNullable<Mechanism[F]> };
  throw new CryptokiRefusal(CKR.MECHANISM_INVALID, `mechanism 0x${type.toString(16)} does not ${keyFunction}`);
}

/**
 * @throws CryptokiRefusal CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_KEY_SIZE_RANGE in this order, or
 *   what these are called
 */
export function requirePermitted(
  { attributes: ofKey }: TokenObject,
  mechanism: Mechanism,
  keyFunction: KeyFunction,
  refusals: KeyRefusals = refusalsOfKeys,
): void {
  const keyType = ofKey.ulong(CKA.KEY_TYPE);
  if (!mechanism.keyTypes.some((type) => type === keyType)) {
    throw new CryptokiRefusal(refusals.type, `a key of type ${keyType}`);
  }
  if (ofKey.boolean(attributes[keyFunction]) !== true || !isAllowed(ofKey, mechanism)) {
    throw new CryptokiRefusal(CKR.KEY_FUNCTION_NOT_PERMITTED, `the key does not ${keyFunction} with this mechanism`);
  }
  const [least, most] = mechanism.keySizes;
  const size = ofKey.ulong(CKA.MODULUS_BITS) ?? ofKey.ulong(CKA.VALUE_LEN) ?? least;
  if (size < least || size > most) throw new CryptokiRefusal(refusals.size, `a key of size ${size}`);
}

/** An object without CKA_ALLOWED_MECHANISMS allows all. */
function isAllowed(ofKey: TokenObject['attributes'], { type }: Mechanism): boolean {
  const allowed = ofKey.get(CKA.ALLOWED_MECHANISMS);
  return allowed?.kind !== 'mechanisms' || allowed.value.includes(type);
}
