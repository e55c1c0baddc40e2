import type { Algorithm, KeyUsage } from '@ferrohsm/sdk';
import { CKA } from '../codec/constants/attribute-types.ts';
import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKK } from '../codec/constants/objects.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { Attributes } from '../objects/attributes.ts';
import { type Curve, curveOfParameters } from '../objects/curves.ts';
import { algorithmOfParameterSet } from '../objects/key-types.ts';

/** The templates of C_GenerateKeyPair; of C_GenerateKey both are the one. */
export interface KeyTemplates {
  readonly publicKey: Attributes;
  readonly privateKey: Attributes;
}

/** A mechanism that makes keys. */
export interface GeneratedKeys {
  readonly keyType: number;
  readonly isPair: boolean;
  /** @throws CryptokiRefusal CKR_TEMPLATE_INCOMPLETE, CKR_ATTRIBUTE_VALUE_INVALID, CKR_CURVE_NOT_SUPPORTED, CKR_KEY_SIZE_RANGE */
  readonly algorithm: (templates: KeyTemplates) => Algorithm;
  /** Usages by the attributes that ask for them; an attribute that is left out counts as true. */
  readonly usages: readonly UsageOfAttribute[];
}

/** A usage, the half whose template speaks of it, and the attribute. */
export type UsageOfAttribute = readonly [half: keyof KeyTemplates, type: number, usages: readonly KeyUsage[]];

const signatureUsages: readonly UsageOfAttribute[] = [
  ['privateKey', CKA.SIGN, ['sign']],
  ['publicKey', CKA.VERIFY, ['verify']],
];
const cipherUsages: readonly UsageOfAttribute[] = [
  ['publicKey', CKA.ENCRYPT, ['encrypt']],
  ['privateKey', CKA.DECRYPT, ['decrypt']],
  ['publicKey', CKA.WRAP, ['wrapKey']],
  ['privateKey', CKA.UNWRAP, ['unwrapKey']],
];
const agreementUsages: readonly UsageOfAttribute[] = [['privateKey', CKA.DERIVE, ['deriveKey', 'deriveBits']]];
const encapsulationUsages: readonly UsageOfAttribute[] = [
  ['publicKey', CKA.ENCAPSULATE, ['encapsulateKey', 'encapsulateBits']],
  ['privateKey', CKA.DECAPSULATE, ['decapsulateKey', 'decapsulateBits']],
];
const secretUsages: readonly UsageOfAttribute[] = [
  ['privateKey', CKA.SIGN, ['sign']],
  ['privateKey', CKA.VERIFY, ['verify']],
];

const byMechanism: Readonly<Record<number, GeneratedKeys>> = {
  [CKM.RSA_PKCS_KEY_PAIR_GEN]: {
    keyType: CKK.RSA,
    isPair: true,
    algorithm: rsaAlgorithm,
    usages: [...signatureUsages, ...cipherUsages],
  },
  [CKM.EC_KEY_PAIR_GEN]: {
    keyType: CKK.EC,
    isPair: true,
    algorithm: (templates) => ({ name: 'ECDSA', namedCurve: curveOf(templates, 'P-').name, multipurpose: true }),
    usages: [...signatureUsages, ...agreementUsages],
  },
  [CKM.EC_EDWARDS_KEY_PAIR_GEN]: {
    keyType: CKK.EC_EDWARDS,
    isPair: true,
    algorithm: (templates) => ({ name: curveOf(templates, 'Ed').name }),
    usages: signatureUsages,
  },
  [CKM.EC_MONTGOMERY_KEY_PAIR_GEN]: {
    keyType: CKK.EC_MONTGOMERY,
    isPair: true,
    algorithm: (templates) => ({ name: curveOf(templates, 'X').name }),
    usages: agreementUsages,
  },
  [CKM.ML_DSA_KEY_PAIR_GEN]: parameterSetKeys(CKK.ML_DSA, signatureUsages),
  [CKM.SLH_DSA_KEY_PAIR_GEN]: parameterSetKeys(CKK.SLH_DSA, signatureUsages),
  [CKM.ML_KEM_KEY_PAIR_GEN]: parameterSetKeys(CKK.ML_KEM, encapsulationUsages),
  [CKM.AES_KEY_GEN]: {
    keyType: CKK.AES,
    isPair: false,
    algorithm: ({ privateKey }) => ({ name: 'AES-GCM', length: aesLength(privateKey), multipurpose: true }),
    usages: cipherUsages,
  },
  [CKM.GENERIC_SECRET_KEY_GEN]: {
    keyType: CKK.GENERIC_SECRET,
    isPair: false,
    algorithm: ({ privateKey }) => genericAlgorithm(privateKey),
    usages: secretUsages,
  },
};

/** undefined for a mechanism that makes no keys. */
export function generatedKeys(mechanism: number): GeneratedKeys | undefined {
  return byMechanism[mechanism];
}

/** @throws CryptokiRefusal CKR_TEMPLATE_INCONSISTENT for a key that may do nothing */
export function usagesOf(rows: readonly UsageOfAttribute[], templates: KeyTemplates): [KeyUsage, ...KeyUsage[]] {
  const wanted = rows.filter(([half, type]) => templates[half].boolean(type) !== false);
  const usages = wanted.flatMap(([, , of]) => of);
  const [first, ...others] = usages;
  if (first === undefined) throw new CryptokiRefusal(CKR.TEMPLATE_INCONSISTENT, 'the key would have no use');
  return [first, ...others];
}

function parameterSetKeys(keyType: number, usages: readonly UsageOfAttribute[]): GeneratedKeys {
  return {
    keyType,
    isPair: true,
    algorithm: (templates) => ({ name: parameterSetOf(keyType, templates) }),
    usages,
  };
}

const defaultExponent = Buffer.of(1, 0, 1);
const modulusBits: readonly unknown[] = [2048, 3072, 4096];
/** What applications try out; it stays with their session. */
const modulusBitsOfSessions: readonly unknown[] = [1024, ...modulusBits];

function rsaAlgorithm({ publicKey, privateKey }: KeyTemplates): Algorithm {
  const modulusLength = required(publicKey.ulong(CKA.MODULUS_BITS), 'CKA_MODULUS_BITS');
  const possible = privateKey.boolean(CKA.TOKEN) === true ? modulusBits : modulusBitsOfSessions;
  if (!possible.includes(modulusLength)) throw new CryptokiRefusal(CKR.KEY_SIZE_RANGE, `${modulusLength} bits of RSA`);
  const publicExponent = withoutLeadingZeros(publicKey.bytes(CKA.PUBLIC_EXPONENT) ?? defaultExponent);
  return {
    ...{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', multipurpose: true },
    modulusLength: Number(modulusLength),
    publicExponent: publicExponent.toString('base64url'),
  };
}

/** Some applications give a number in a fixed count of bytes. */
function withoutLeadingZeros(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  return number.subarray(Math.max(first, 0));
}

function curveOf({ publicKey, privateKey }: KeyTemplates, names: string): Curve {
  const parameters = publicKey.bytes(CKA.EC_PARAMS) ?? privateKey.bytes(CKA.EC_PARAMS);
  const curve = curveOfParameters(required(parameters, 'CKA_EC_PARAMS'));
  if (curve?.name.startsWith(names)) return curve;
  throw new CryptokiRefusal(CKR.CURVE_NOT_SUPPORTED, 'a curve that is not served');
}

function parameterSetOf(keyType: number, { publicKey, privateKey }: KeyTemplates): string {
  const set = publicKey.ulong(CKA.PARAMETER_SET) ?? privateKey.ulong(CKA.PARAMETER_SET);
  const name = algorithmOfParameterSet(keyType, Number(required(set, 'CKA_PARAMETER_SET')));
  if (name !== undefined) return name;
  throw new CryptokiRefusal(CKR.PARAMETER_SET_NOT_SUPPORTED, `parameter set ${set}`);
}

const aesBytes: readonly unknown[] = [16, 24, 32];

function aesLength(template: Attributes): number {
  const bytes = required(template.ulong(CKA.VALUE_LEN), 'CKA_VALUE_LEN');
  if (!aesBytes.includes(bytes)) throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, `an AES key of ${bytes} bytes`);
  return 8 * Number(bytes);
}

const maximumSecretBytes = 1024;

function genericAlgorithm(template: Attributes): Algorithm {
  const bytes = Number(required(template.ulong(CKA.VALUE_LEN), 'CKA_VALUE_LEN'));
  if (bytes >= 1 && bytes <= maximumSecretBytes) {
    return { name: 'HMAC', hash: 'SHA-256', length: 8 * bytes, multipurpose: true };
  }
  throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, `a secret of ${bytes} bytes`);
}

function required<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new CryptokiRefusal(CKR.TEMPLATE_INCOMPLETE, `no ${name}`);
}
