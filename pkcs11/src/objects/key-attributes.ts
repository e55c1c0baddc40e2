import { createHash, type KeyObject } from 'node:crypto';
import type { KeyAlgorithm, KeyUsage } from '@ferrohsm/sdk';
import type { ValuedAttribute } from '../codec/attribute.ts';
import { CKA } from '../codec/constants/attribute-types.ts';
import { CKK, CKO } from '../codec/constants/objects.ts';
import { unavailableInformation } from '../codec/ulong.ts';
import { mechanismsOf } from '../mechanisms/mechanisms.ts';
import { Attributes, attributeOf, nativeBoolean } from './attributes.ts';
import { keyTypeOf } from './key-types.ts';
import { publicAttributes, publicValue } from './public-attributes.ts';
import type { HeldKey } from './token-object.ts';

/** What the objects of one key have in common. */
export interface KeyFacts {
  /** The object's identity; CKA_UNIQUE_ID. */
  readonly identity: string;
  readonly algorithm: KeyAlgorithm;
  readonly usages: readonly KeyUsage[];
  readonly isOnToken: boolean;
  /** CKA_LABEL. */
  readonly label: string;
  /** CKA_ID: the same for both halves. */
  readonly id: Buffer;
  /** Whether it was made in the sidecar. */
  readonly isLocal: boolean;
  readonly isExtractable: boolean;
  /** CKM_..., where known. */
  readonly generationMechanism?: number;
}

/** CKA_ID of a key that was given none, the same for both halves: 20 bytes of the digest of what names it. */
export function defaultId(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, 20);
}

/** Usages of WebCrypto that each attribute stands for, of a private or secret key. */
const heldUsages: readonly (readonly [type: number, usages: readonly KeyUsage[]])[] = [
  [CKA.SIGN, ['sign']],
  [CKA.DECRYPT, ['decrypt']],
  [CKA.UNWRAP, ['unwrapKey']],
  [CKA.DERIVE, ['deriveBits', 'deriveKey']],
];

const secretUsages: typeof heldUsages = [
  ...heldUsages,
  [CKA.VERIFY, ['verify']],
  [CKA.ENCRYPT, ['encrypt']],
  [CKA.WRAP, ['wrapKey']],
];

/** What the public half may do, by what the private half may. */
const publicUsages: typeof heldUsages = [
  [CKA.VERIFY, ['sign', 'verify']],
  [CKA.ENCRYPT, ['decrypt', 'encrypt']],
  [CKA.WRAP, ['unwrapKey', 'wrapKey']],
  // Its point is what the private half of the peer derives with; OpenSC's p11test wants both halves to say the same.
  [CKA.DERIVE, ['deriveBits', 'deriveKey']],
];

export function privateKeyAttributes(facts: KeyFacts, held: HeldKey, publicKey: KeyObject): Attributes {
  return new Attributes([
    ...commonAttributes(facts, CKO.PRIVATE_KEY),
    ...custodyAttributes(facts),
    ...usageAttributes(heldUsages, facts.usages),
    attributeOf(CKA.SIGN_RECOVER, recovers(facts)),
    nativeBoolean(CKA.DECAPSULATE, facts.usages.includes('decapsulateBits')),
    attributeOf(CKA.ALWAYS_AUTHENTICATE, false),
    attributeOf(CKA.SUBJECT, Buffer.alloc(0)),
    attributeOf(CKA.ALLOWED_MECHANISMS, mechanismsOf(held)),
    ...publicAttributes(publicKey, facts.algorithm),
  ]);
}

export function publicKeyAttributes(facts: KeyFacts, held: HeldKey, publicKey: KeyObject): Attributes {
  return new Attributes([
    ...commonAttributes(facts, CKO.PUBLIC_KEY),
    attributeOf(CKA.TRUSTED, false),
    ...usageAttributes(publicUsages, facts.usages),
    attributeOf(CKA.VERIFY_RECOVER, recovers(facts)),
    nativeBoolean(CKA.ENCAPSULATE, facts.algorithm.name.startsWith('ML-KEM-')),
    attributeOf(CKA.SUBJECT, Buffer.alloc(0)),
    attributeOf(CKA.ALLOWED_MECHANISMS, mechanismsOf(held)),
    ...publicAttributes(publicKey, facts.algorithm),
    ...(keyTypeOf(facts.algorithm)?.parameterSet === undefined ? [] : [publicValue(publicKey)]),
  ]);
}

export function secretKeyAttributes(facts: KeyFacts, held: HeldKey): Attributes {
  return new Attributes([
    ...commonAttributes(facts, CKO.SECRET_KEY),
    ...custodyAttributes(facts),
    ...usageAttributes(secretUsages, facts.usages),
    attributeOf(CKA.TRUSTED, false),
    attributeOf(CKA.ALLOWED_MECHANISMS, mechanismsOf(held)),
    attributeOf(CKA.VALUE_LEN, (facts.algorithm.length ?? 0) / 8),
  ]);
}

/** CKM_RSA_PKCS and CKM_RSA_X_509, which a key of WebCrypto is not given to. */
function recovers({ algorithm, usages }: KeyFacts): boolean {
  return keyTypeOf(algorithm)?.keyType === CKK.RSA && algorithm.multipurpose === true && usages.includes('sign');
}

function commonAttributes(facts: KeyFacts, objectClass: number): readonly ValuedAttribute[] {
  return [
    attributeOf(CKA.CLASS, objectClass),
    attributeOf(CKA.TOKEN, facts.isOnToken),
    attributeOf(CKA.PRIVATE, objectClass !== CKO.PUBLIC_KEY),
    attributeOf(CKA.MODIFIABLE, true),
    attributeOf(CKA.COPYABLE, false),
    nativeBoolean(CKA.DESTROYABLE, true),
    attributeOf(CKA.LABEL, Buffer.from(facts.label, 'utf8')),
    attributeOf(CKA.UNIQUE_ID, Buffer.from(facts.identity, 'latin1')),
    attributeOf(CKA.KEY_TYPE, keyTypeOf(facts.algorithm)?.keyType ?? unavailableInformation),
    attributeOf(CKA.ID, facts.id),
    attributeOf(CKA.START_DATE, ''),
    attributeOf(CKA.END_DATE, ''),
    attributeOf(CKA.LOCAL, facts.isLocal),
    attributeOf(CKA.KEY_GEN_MECHANISM, facts.generationMechanism ?? unavailableInformation),
  ];
}

function custodyAttributes({ isLocal, isExtractable }: KeyFacts): readonly ValuedAttribute[] {
  return [
    attributeOf(CKA.SENSITIVE, true),
    attributeOf(CKA.ALWAYS_SENSITIVE, isLocal),
    attributeOf(CKA.EXTRACTABLE, isExtractable),
    attributeOf(CKA.NEVER_EXTRACTABLE, isLocal && !isExtractable),
    attributeOf(CKA.WRAP_WITH_TRUSTED, false),
  ];
}

function usageAttributes(rows: typeof heldUsages, usages: readonly KeyUsage[]): readonly ValuedAttribute[] {
  return rows.map(([type, any]) =>
    attributeOf(
      type,
      any.some((usage) => usages.includes(usage)),
    ),
  );
}
