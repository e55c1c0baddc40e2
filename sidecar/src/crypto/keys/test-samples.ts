import type { Algorithm, KeyFormat, KeyUsage } from '../../generated/types.ts';
import type { LoadedKey, LoadedKeyPair } from '../key.ts';
import { generateKey } from './keys.ts';

/** One algorithm as the tests use it: what to ask for, and the formats that its standard gives each half. */
export interface Sample {
  readonly algorithm: Algorithm;
  readonly usages: readonly KeyUsage[];
  readonly secretFormats: readonly KeyFormat[];
  readonly publicFormats: readonly KeyFormat[];
  readonly storedFormat: string;
  /** Whether native WebCrypto has it. */
  readonly native: boolean;
}

const sign: readonly KeyUsage[] = ['sign', 'verify'];
const encrypt: readonly KeyUsage[] = ['encrypt', 'decrypt'];
const agree: readonly KeyUsage[] = ['deriveKey', 'deriveBits'];
const encapsulate: readonly KeyUsage[] = ['encapsulateKey', 'encapsulateBits', 'decapsulateKey', 'decapsulateBits'];

function secret(
  algorithm: Algorithm,
  usages: readonly KeyUsage[],
  secretFormats: readonly KeyFormat[] = ['raw', 'raw-secret', 'jwk'],
): Sample {
  return { algorithm, usages, secretFormats, publicFormats: [], storedFormat: 'raw', native: true };
}

function pair(
  algorithm: Algorithm,
  usages: readonly KeyUsage[],
  storedFormat: string,
  formats: readonly KeyFormat[],
  native = true,
): Sample {
  const isPublic = (format: KeyFormat) => ['raw', 'raw-public', 'spki', 'jwk'].includes(format);
  const secretFormats = formats.filter((format) => !isPublic(format) || format === 'jwk');
  return { algorithm, usages, storedFormat, native, secretFormats, publicFormats: formats.filter(isPublic) };
}

const rsa = { modulusLength: 2048, publicExponent: 'AQAB', hash: 'SHA-256' };
const curveFormats: KeyFormat[] = ['raw', 'raw-public', 'spki', 'pkcs8', 'jwk'];
const latticeFormats: KeyFormat[] = ['raw-public', 'raw-seed', 'spki', 'pkcs8', 'jwk'];

const slhDsaNames = ['SHA2', 'SHAKE'].flatMap((hash) =>
  ['128s', '128f', '192s', '192f', '256s', '256f'].map((set) => `SLH-DSA-${hash}-${set}`),
);

const seedComposites = ['MLDSA44-Ed25519-SHA512', 'MLDSA65-Ed25519-SHA512', 'MLDSA87-Ed448-SHAKE256'];
const otherComposites = [
  'MLDSA44-RSA2048-PSS-SHA256',
  'MLDSA44-RSA2048-PKCS15-SHA256',
  'MLDSA44-ECDSA-P256-SHA256',
  'MLDSA65-RSA3072-PSS-SHA512',
  'MLDSA65-RSA3072-PKCS15-SHA512',
  'MLDSA65-RSA4096-PSS-SHA512',
  'MLDSA65-RSA4096-PKCS15-SHA512',
  'MLDSA65-ECDSA-P256-SHA512',
  'MLDSA65-ECDSA-P384-SHA512',
  'MLDSA65-ECDSA-brainpoolP256r1-SHA512',
  'MLDSA87-ECDSA-P384-SHA512',
  'MLDSA87-ECDSA-brainpoolP384r1-SHA512',
  'MLDSA87-RSA3072-PSS-SHA512',
  'MLDSA87-RSA4096-PSS-SHA512',
  'MLDSA87-ECDSA-P521-SHA512',
];

function composite(name: string, storedFormat: KeyFormat): Sample {
  return pair({ name }, sign, storedFormat, ['raw-public', storedFormat, 'spki', 'pkcs8'], false);
}

export const samples: readonly Sample[] = [
  ...[128, 192, 256].map((length) => secret({ name: 'AES-GCM', length }, encrypt)),
  secret({ name: 'AES-CBC', length: 256 }, encrypt),
  secret({ name: 'AES-CTR', length: 256 }, encrypt),
  secret({ name: 'AES-KW', length: 256 }, ['wrapKey', 'unwrapKey']),
  secret({ name: 'AES-OCB', length: 192 }, encrypt, ['raw-secret', 'jwk']),
  secret({ name: 'ChaCha20-Poly1305' }, encrypt, ['raw-secret', 'jwk']),
  ...['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'].map((hash) => secret({ name: 'HMAC', hash }, sign)),
  secret({ name: 'HMAC', hash: 'SHA3-384', length: 384 }, sign),
  ...[0, 9, 128].map((length) => secret({ name: 'KMAC128', length }, sign, ['raw-secret', 'jwk'])),
  secret({ name: 'KMAC256' }, sign, ['raw-secret', 'jwk']),
  secret({ name: 'HMAC', hash: 'SHA-256', length: 160 }, sign),
  pair({ name: 'RSASSA-PKCS1-v1_5', ...rsa }, sign, 'pkcs8', ['spki', 'pkcs8', 'jwk']),
  pair({ name: 'RSA-PSS', ...rsa, hash: 'SHA-384' }, sign, 'pkcs8', ['spki', 'pkcs8', 'jwk']),
  pair({ name: 'RSA-PSS', ...rsa, hash: 'SHA3-512' }, sign, 'pkcs8', ['spki', 'pkcs8', 'jwk']),
  pair({ name: 'RSA-OAEP', ...rsa, publicExponent: 'Aw' }, encrypt, 'pkcs8', ['spki', 'pkcs8', 'jwk']),
  ...['P-256', 'P-384', 'P-521'].flatMap((namedCurve) => [
    pair({ name: 'ECDSA', namedCurve }, sign, 'raw-private', curveFormats),
    pair({ name: 'ECDH', namedCurve }, agree, 'raw-private', curveFormats),
  ]),
  pair({ name: 'Ed25519' }, sign, 'raw-private', curveFormats),
  pair({ name: 'Ed448' }, sign, 'raw-private', curveFormats),
  pair({ name: 'X25519' }, agree, 'raw-private', curveFormats),
  pair({ name: 'X448' }, agree, 'raw-private', curveFormats),
  ...['ML-KEM-512', 'ML-KEM-768', 'ML-KEM-1024'].map((name) => pair({ name }, encapsulate, 'raw-seed', latticeFormats)),
  ...['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'].map((name) => pair({ name }, sign, 'raw-seed', latticeFormats)),
  ...['MLKEM768-X25519', 'MLKEM768-P256', 'MLKEM1024-P384'].map((name) =>
    pair({ name }, encapsulate, 'raw-seed', ['raw-public', 'raw-seed', 'jwk']),
  ),
  ...seedComposites.map((name) => composite(name, 'raw-seed')),
  ...otherComposites.map((name) => composite(name, 'raw-private')),
  // Importing a private key of a small ("s") set takes up to a second: their formats are those of the fast sets.
  ...slhDsaNames.map((name) =>
    pair(
      { name },
      sign,
      'raw-private',
      name.endsWith('f') ? ['raw-public', 'raw-private', 'spki', 'pkcs8', 'jwk'] : ['raw-public', 'spki', 'pkcs8'],
      false,
    ),
  ),
];

/** Title of a sample in a test report. */
export function titleOf({ algorithm }: Sample): string {
  const { name, hash, namedCurve, length } = algorithm;
  return [name, hash, namedCurve, length].filter((member) => member !== undefined).join(' ');
}

export async function generateSecret(
  algorithm: Algorithm,
  usages: readonly KeyUsage[],
  extractable = true,
): Promise<LoadedKey> {
  return (await generateKey(algorithm, { extractable, usages })) as LoadedKey;
}

export async function generatePair(
  algorithm: Algorithm,
  usages: readonly KeyUsage[],
  extractable = true,
): Promise<LoadedKeyPair> {
  return (await generateKey(algorithm, { extractable, usages })) as LoadedKeyPair;
}

/** The code with which something is refused, or its result. */
export async function outcome<T>(attempt: Promise<T>): Promise<T | string> {
  return attempt.catch((refusal: unknown) => (refusal as { code?: string }).code ?? String(refusal));
}
