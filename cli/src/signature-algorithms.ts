import { digestBytes } from './digest-lengths.ts';
import { usageError } from './errors.ts';

/** What `sign` and `verify` may be told besides the key. */
export interface SignatureParameters {
  readonly context?: Uint8Array<ArrayBuffer> | undefined;
  readonly hash?: string | undefined;
}

/** The part of a CryptoKey's algorithm that chooses the parameters. */
export interface SigningKeyAlgorithm {
  readonly name: string;
  readonly namedCurve?: string;
  readonly hash?: { readonly name: string };
}

/** An algorithm argument for `subtle.sign` and `subtle.verify`. */
export interface SignatureAlgorithm extends SignatureParameters {
  readonly name: string;
  readonly saltLength?: number;
}

interface Family {
  readonly names: RegExp;
  readonly parameters: readonly (keyof SignatureParameters)[];
  readonly complete: (key: SigningKeyAlgorithm) => Partial<SignatureAlgorithm>;
}

/** The hash of about the curve's strength (FIPS 186-5 section 6.1.1). */
const hashOfCurve: Readonly<Record<string, string>> = { 'P-256': 'SHA-256', 'P-384': 'SHA-384', 'P-521': 'SHA-512' };
const families: readonly Family[] = Object.freeze<Family[]>([
  { names: /^(ML|SLH)-DSA-|^MLDSA\d/, parameters: ['context'], complete: () => ({}) },
  {
    names: /^ECDSA$/,
    parameters: ['hash'],
    complete: ({ namedCurve = '' }) => ({ hash: hashOfCurve[namedCurve] ?? 'SHA-256' }),
  },
  {
    names: /^RSA-PSS$/,
    parameters: [],
    // As long as the digest, the most that FIPS 186-5 section 5.4 allows.
    complete: ({ hash }) => ({ saltLength: digestBytes[hash?.name ?? ''] ?? 32 }),
  },
  { names: /^/, parameters: [], complete: () => ({}) },
]);

const optionNames: Readonly<Record<keyof SignatureParameters, string>> = { context: '--context', hash: '--hash' };

/**
 * The algorithm argument for a signature with this key.
 *
 * @throws CliError 2 for a parameter that the key's algorithm does not have
 */
export function signatureAlgorithm(key: SigningKeyAlgorithm, given: SignatureParameters): SignatureAlgorithm {
  const family = families.find(({ names }) => names.test(key.name)) as Family;
  const chosen = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const foreign = (Object.keys(chosen) as (keyof SignatureParameters)[]).find(
    (name) => !family.parameters.includes(name),
  );
  if (foreign !== undefined) {
    throw usageError(`${optionNames[foreign]} does not go with a key of ${key.name}`, 'leave it out');
  }
  return { name: key.name, ...family.complete(key), ...chosen };
}
