import { algorithmNames } from './algorithm-names.ts';
import { digestBytes } from './digest-lengths.ts';
import { usageError } from './errors.ts';
import { nearest } from './nearest.ts';

/** What `key create` may be told of a key besides its algorithm. */
export interface KeyParameters {
  readonly namedCurve?: string | undefined;
  readonly hash?: string | undefined;
  /** Bits. */
  readonly length?: number | undefined;
  /** Bits. */
  readonly modulusLength?: number | undefined;
}

/** A complete WebCrypto algorithm for a new key. */
export interface NewKeyAlgorithm extends KeyParameters {
  readonly name: string;
  readonly publicExponent?: Uint8Array<ArrayBuffer>;
}

interface Family {
  readonly names: RegExp;
  readonly usages: readonly KeyUsageName[];
  /** The parameters that the family knows, with the value for who says nothing. */
  readonly parameters: KeyParameters;
  readonly publicExponent?: readonly number[];
  /** Bits of a key for which the user named the hash, but no length; undefined where WebCrypto has a default. */
  readonly lengthFor?: (hash: string) => number | undefined;
}

/** WebCrypto's usages and those of its Modern Algorithms draft. */
export type KeyUsageName = import('@ferrohsm/sdk/node').KeyUsage;

const signing = ['sign', 'verify'] as const;
const ciphering = ['encrypt', 'decrypt'] as const;
const agreeing = ['deriveKey', 'deriveBits'] as const;
const encapsulating = ['encapsulateKey', 'encapsulateBits', 'decapsulateKey', 'decapsulateBits'] as const;
const wrapping = ['wrapKey', 'unwrapKey'] as const;
const rsa = { parameters: { modulusLength: 3072, hash: 'SHA-256' }, publicExponent: [1, 0, 1] } as const;

/** Every usage that a key may have. */
export const everyUsage: readonly KeyUsageName[] = [
  ...signing,
  ...ciphering,
  ...wrapping,
  ...agreeing,
  ...encapsulating,
];

/** Curves of ECDSA and ECDH. */
export const curveNames: readonly string[] = ['P-256', 'P-384', 'P-521'];

/** Hashes of RSA and HMAC. */
export const hashNames: readonly string[] = Object.keys(digestBytes);

const families: readonly Family[] = Object.freeze([
  { names: /^(ML|SLH)-DSA-|^MLDSA\d|^Ed(25519|448)$/i, usages: signing, parameters: {} },
  { names: /^ML-KEM-|^MLKEM\d/i, usages: encapsulating, parameters: {} },
  { names: /^ECDSA$/i, usages: signing, parameters: { namedCurve: 'P-256' } },
  { names: /^ECDH$/i, usages: agreeing, parameters: { namedCurve: 'P-256' } },
  { names: /^X(25519|448)$/i, usages: agreeing, parameters: {} },
  { names: /^RSA(SSA-PKCS1-v1_5|-PSS)$/i, usages: signing, ...rsa },
  { names: /^RSA-OAEP$/i, usages: ciphering, ...rsa },
  { names: /^HMAC$/i, usages: signing, parameters: { hash: 'SHA-256', length: undefined }, lengthFor: sha3Length },
  { names: /^KMAC(128|256)$/i, usages: signing, parameters: { length: undefined } },
  { names: /^AES-(GCM|OCB|CBC|CTR)$/i, usages: ciphering, parameters: { length: 256 } },
  { names: /^ChaCha20-Poly1305$/i, usages: ciphering, parameters: {} },
  { names: /^AES-KW$/i, usages: wrapping, parameters: { length: 256 } },
]);

const optionNames: Readonly<Record<keyof KeyParameters, string>> = {
  namedCurve: '--curve',
  hash: '--hash',
  length: '--length',
  modulusLength: '--modulus',
};

/** Whether keys of the algorithm have the parameter; any may be true of an algorithm that is not known here. */
export function hasParameter(name: string, parameter: keyof KeyParameters): boolean {
  const family = families.find(({ names }) => names.test(name));
  return family === undefined || parameter in family.parameters;
}

/**
 * Completes what the user said of a new key with sensible values. An algorithm that is not known here is passed on as
 * it is: the sidecar decides.
 *
 * @throws CliError 2 for a name that is mistyped, a parameter that the algorithm does not have, or usages that cannot be guessed
 */
export function completeAlgorithm(
  name: string,
  given: KeyParameters,
  usages: readonly KeyUsageName[],
): { algorithm: NewKeyAlgorithm; usages: readonly KeyUsageName[] } {
  refuseMistyped(name);
  const family = families.find(({ names }) => names.test(name));
  if (family === undefined) return passOn(name, given, usages);
  refuseForeign(name, family, given);
  return {
    algorithm: {
      name,
      ...present(family.parameters),
      ...present({ length: family.lengthFor?.(given.hash ?? '') }),
      ...present(given),
      ...(family.publicExponent && { publicExponent: new Uint8Array(family.publicExponent) }),
    },
    usages: usages.length > 0 ? usages : family.usages,
  };
}

/** Modern Algorithms in the Web Cryptography API gives HMAC with SHA-3 no default: as long as the digest (RFC 2104 section 3). */
function sha3Length(hash: string): number | undefined {
  const name = hash.toUpperCase();
  const bytes = name.startsWith('SHA3-') ? digestBytes[name] : undefined;
  return bytes === undefined ? undefined : 8 * bytes;
}

/** A name that is near to none may be of an algorithm that a newer sidecar has. */
function refuseMistyped(name: string): void {
  if (algorithmNames.some((known) => known.toLowerCase() === name.toLowerCase())) return;
  const meant = nearest(name, algorithmNames);
  if (meant !== undefined) throw usageError(`no algorithm ${name}`, `did you mean ${meant}?`);
}

function passOn(name: string, given: KeyParameters, usages: readonly KeyUsageName[]) {
  if (usages.length > 0) return { algorithm: { name, ...present(given) }, usages };
  throw usageError(`no usual usages are known for the algorithm ${name}`, 'name them with --usage, or check the name');
}

function refuseForeign(name: string, { parameters }: Family, given: KeyParameters): void {
  const foreign = Object.keys(present(given)).find((parameter) => !(parameter in parameters));
  if (foreign === undefined) return;
  throw usageError(`${optionNames[foreign as keyof KeyParameters]} does not go with ${name}`, 'leave it out');
}

function present(parameters: KeyParameters): KeyParameters {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}
