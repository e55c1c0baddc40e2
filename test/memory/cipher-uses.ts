import { randomBytes } from 'node:crypto';
import type { FerroHsm, KeyUsage } from '@ferrohsm/sdk/node';
import type { KnownSecrets } from './known-secrets.ts';

const wrapping: KeyUsage[] = ['wrapKey', 'unwrapKey'];
const encryption: KeyUsage[] = ['encrypt', 'decrypt', ...wrapping];
const derivation: KeyUsage[] = ['deriveBits', 'deriveKey'];
const aes = { name: 'AES-GCM', length: 256 };

const ciphers: Readonly<Record<string, object>> = {
  'AES-GCM': { iv: randomBytes(12) },
  'AES-OCB': { iv: randomBytes(12) },
  'ChaCha20-Poly1305': { iv: randomBytes(12) },
  'AES-CBC': { iv: randomBytes(16) },
  'AES-CTR': { counter: randomBytes(16), length: 64 },
};

/** Imports a key of each cipher, encrypts, decrypts, wraps, unwraps and exports with it. */
export async function useCiphers({ subtle }: FerroHsm, known: KnownSecrets): Promise<void> {
  for (const [name, parameters] of Object.entries(ciphers)) {
    const algorithm = { name, ...parameters };
    const key = await importSecret({ subtle }, known, name, encryption);
    const plaintext = randomBytes(48);
    known.add(`${name} plaintext`, plaintext);
    await subtle.decrypt(algorithm, key, await subtle.encrypt(algorithm, key, plaintext));
    await wrapWith({ subtle }, known, key, algorithm);
    await subtle.exportKey('raw-secret', key);
  }
  await wrapWith({ subtle }, known, await importSecret({ subtle }, known, 'AES-KW', wrapping), { name: 'AES-KW' });
}

/** MAC keys, imported and generated. */
export async function useMacs({ subtle }: FerroHsm, known: KnownSecrets): Promise<void> {
  for (const algorithm of [{ name: 'HMAC', hash: 'SHA-256' }, { name: 'KMAC256' }]) {
    const signing = { name: algorithm.name, outputLength: 256 };
    const imported = await importSecret({ subtle }, known, algorithm, ['sign', 'verify']);
    await subtle.sign(signing, imported, Buffer.from('data'));
    const generated = (await subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKey;
    known.add(`${algorithm.name} generated`, await subtle.exportKey('raw-secret', generated));
    await subtle.sign(signing, generated, Buffer.from('data'));
  }
}

/** Passwords and input keys, and what is derived from them. */
export async function useDerivations({ subtle }: FerroHsm, known: KnownSecrets): Promise<void> {
  const derivations = [
    { name: 'HKDF', hash: 'SHA-256', salt: randomBytes(16), info: randomBytes(8) },
    { name: 'PBKDF2', hash: 'SHA-256', salt: randomBytes(16), iterations: 1000 },
    { name: 'Argon2id', nonce: randomBytes(16), memory: 64, passes: 1, parallelism: 1 },
  ];
  for (const algorithm of derivations) {
    const { name } = algorithm;
    const bytes = randomBytes(32);
    known.add(`${name} input`, bytes);
    const key = await subtle.importKey('raw-secret', bytes, name, false, derivation);
    known.add(`${name} bits`, await subtle.deriveBits(algorithm, key, 256));
    const derived = await subtle.deriveKey(algorithm, key, aes, true, encryption);
    known.add(`${name} key`, await subtle.exportKey('raw-secret', derived));
  }
}

async function importSecret(
  { subtle }: Pick<FerroHsm, 'subtle'>,
  known: KnownSecrets,
  algorithm: string | { readonly name: string },
  usages: KeyUsage[],
): Promise<CryptoKey> {
  const bytes = randomBytes(32);
  known.add(`${typeof algorithm === 'string' ? algorithm : algorithm.name} imported`, bytes);
  return subtle.importKey('raw-secret', bytes, algorithm, true, usages);
}

async function wrapWith(
  { subtle }: Pick<FerroHsm, 'subtle'>,
  known: KnownSecrets,
  wrappingKey: CryptoKey,
  algorithm: { readonly name: string },
): Promise<void> {
  const key = (await subtle.generateKey(aes, true, encryption)) as CryptoKey;
  known.add(`wrapped by ${algorithm.name}`, await subtle.exportKey('raw-secret', key));
  const wrapped = await subtle.wrapKey('raw', key, wrappingKey, algorithm);
  await subtle.unwrapKey('raw', wrapped, wrappingKey, algorithm, aes, true, encryption);
}
