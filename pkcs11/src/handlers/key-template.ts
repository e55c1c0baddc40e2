import type { Algorithm, KeyUsage } from '@ferrohsm/sdk';
import { CKA } from '../codec/constants/attribute-types.ts';
import { CKK, CKO } from '../codec/constants/objects.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import type { UnwrappedKey } from '../mechanisms/mechanism.ts';
import type { Attributes } from '../objects/attributes.ts';

/** A type of secret key that keys are derived, unwrapped and imported to. */
interface SecretKeyType {
  readonly algorithm: Algorithm;
  /** Usages, by the attributes that leave them out where they are false. */
  readonly usages: readonly (readonly [attribute: number, usage: KeyUsage])[];
  /** Bytes; any length where none are named. */
  readonly lengths?: readonly number[];
}

const macUsages: SecretKeyType['usages'] = [
  [CKA.SIGN, 'sign'],
  [CKA.VERIFY, 'verify'],
];

const secretKeyTypes: ReadonlyMap<CkUlong | undefined, SecretKeyType> = new Map([
  [
    CKK.AES,
    {
      algorithm: { name: 'AES-GCM', multipurpose: true },
      usages: [
        [CKA.ENCRYPT, 'encrypt'],
        [CKA.DECRYPT, 'decrypt'],
        [CKA.WRAP, 'wrapKey'],
        [CKA.UNWRAP, 'unwrapKey'],
      ],
      lengths: [16, 24, 32],
    },
  ],
  [CKK.GENERIC_SECRET, { algorithm: { name: 'HMAC', hash: 'SHA-256', multipurpose: true }, usages: macUsages }],
  [CKK.SHA_1_HMAC, macKey('SHA-1')],
  [CKK.SHA256_HMAC, macKey('SHA-256')],
  [CKK.SHA384_HMAC, macKey('SHA-384')],
  [CKK.SHA512_HMAC, macKey('SHA-512')],
  [CKK.SHA3_256_HMAC, macKey('SHA3-256')],
  [CKK.SHA3_384_HMAC, macKey('SHA3-384')],
  [CKK.SHA3_512_HMAC, macKey('SHA3-512')],
]);

/** A generic secret for one hash alone. */
function macKey(hash: string): SecretKeyType {
  return { algorithm: { name: 'HMAC', hash }, usages: macUsages };
}

/** What a template asks for. */
export interface WantedSecretKey extends UnwrappedKey {
  /** Bytes, where the template says it. */
  readonly length?: number;
  /** Bytes that keys of this type have; any where none are named. */
  readonly lengths?: readonly number[];
}

/**
 * The session key that a template asks for. What it may be used for it may, unless the template says that it may not.
 *
 * @throws CryptokiRefusal CKR_TEMPLATE_INCOMPLETE without a key type, CKR_TEMPLATE_INCONSISTENT for what is no secret key
 *   of a session: private keys are made in the sidecar, and what stays is made there by its name
 */
export function wantedSecretKey(template: Attributes): WantedSecretKey {
  const objectClass = template.ulong(CKA.CLASS) ?? CKO.SECRET_KEY;
  if (objectClass !== CKO.SECRET_KEY) throw inconsistent('only secret keys are derived, unwrapped and imported');
  if (template.boolean(CKA.TOKEN) === true) throw inconsistent('the key is one of its session');
  const keyType = template.ulong(CKA.KEY_TYPE);
  if (keyType === undefined) throw new CryptokiRefusal(CKR.TEMPLATE_INCOMPLETE, 'no CKA_KEY_TYPE');
  const type = secretKeyTypes.get(keyType);
  if (type === undefined) throw inconsistent(`no key of type ${keyType} is derived, unwrapped or imported`);
  return {
    algorithm: type.algorithm,
    usages: type.usages.filter(([attribute]) => template.boolean(attribute) !== false).map(([, usage]) => usage),
    isExtractable: template.boolean(CKA.EXTRACTABLE) === true,
    ...lengthOf(template, type),
    ...(type.lengths !== undefined && { lengths: type.lengths }),
  };
}

function lengthOf(template: Attributes, { lengths }: SecretKeyType): { readonly length?: number } {
  const length = template.ulong(CKA.VALUE_LEN);
  if (length === undefined) return {};
  const isPossible = lengths === undefined ? length > 0 : lengths.includes(Number(length));
  if (isPossible) return { length: Number(length) };
  throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, `no key of ${length} bytes`);
}

function inconsistent(detail: string): CryptokiRefusal {
  return new CryptokiRefusal(CKR.TEMPLATE_INCONSISTENT, detail);
}
