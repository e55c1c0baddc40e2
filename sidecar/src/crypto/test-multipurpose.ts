import type { SidecarError } from '../errors.ts';
import type { Algorithm, KeyUsage } from '../generated/types.ts';
import type { LoadedKey, LoadedKeyPair } from './key.ts';
import type { CryptoProvider } from './provider.ts';

/** One general-purpose key of each kind. */
export const generalPurpose = {
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: 'AQAB',
    multipurpose: true,
  },
  ec: { name: 'ECDSA', namedCurve: 'P-256', multipurpose: true },
  aes: { name: 'AES-GCM', length: 256, multipurpose: true },
  secret: { name: 'HMAC', hash: 'SHA-256', length: 256, multipurpose: true },
} as const satisfies Record<string, Algorithm>;

/** All that a general-purpose key of that algorithm may be used for. */
const usagesOf: Readonly<Record<string, readonly KeyUsage[]>> = {
  'RSASSA-PKCS1-v1_5': ['sign', 'verify', 'encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  ECDSA: ['sign', 'verify', 'deriveKey', 'deriveBits'],
  'AES-GCM': ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  HMAC: ['sign', 'verify'],
};

export async function madePair(
  provider: CryptoProvider,
  algorithm: Algorithm,
  usages = usagesOf[algorithm.name] as readonly KeyUsage[],
): Promise<LoadedKeyPair> {
  return (await provider.generateKey(algorithm, { extractable: true, usages })) as LoadedKeyPair;
}

export async function madeSecret(
  provider: CryptoProvider,
  algorithm: Algorithm,
  usages = usagesOf[algorithm.name] as readonly KeyUsage[],
): Promise<LoadedKey> {
  return (await provider.generateKey(algorithm, { extractable: true, usages })) as LoadedKey;
}

/** `ok`, or the code of the refusal. */
export async function outcome(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'ok',
    (error: SidecarError) => error.code ?? String(error),
  );
}
