import { hash } from 'node:crypto';
import type { Algorithm } from '../generated/types.ts';
import { Secret } from '../secret.ts';
import type { LoadedKey } from './key.ts';
import { encryptionSchemes } from './operations/ciphers.ts';
import { derivationSchemes } from './operations/derivations.ts';
import { kemSchemes } from './operations/kems.ts';
import { signatureSchemes } from './operations/signatures.ts';
import { descriptorOf } from './operations/table.ts';
import { createSealing } from './sealing.ts';
import * as keys from './self-test-keys.ts';
import { selfTestVectors } from './self-test-vectors.ts';

/** A test of one algorithm; a throw is a failure too. */
export interface KnownAnswer {
  readonly algorithm: string;
  isRight(): boolean;
}

type Vectors = typeof selfTestVectors;
type Fields<A extends keyof Vectors, V> = { readonly [F in keyof Vectors[A]]: V };

/** Known answers, base64url, of the shape of those that the sidecar ships. */
export type SelfTestVectors = { readonly [A in keyof Vectors]: Fields<A, string> };

type Check<A extends keyof Vectors> = (vector: Fields<A, Buffer>, vectors: SelfTestVectors) => boolean;

/** How each vector is checked, on the code paths that clients reach. */
const checks: { readonly [A in keyof Vectors]: Check<A> } = Object.freeze({
  'SHA-256': ({ message, digest }) => hash('sha256', message, 'buffer').equals(digest),
  HMAC({ key, message, tag }) {
    return tag.equals(signed({ name: 'HMAC' }, keys.secretKey({ name: 'HMAC', hash: 'SHA-256' }, key), message));
  },
  HKDF({ key, salt, info, bits }) {
    return bits.equals(
      derived({ name: 'HKDF', hash: 'SHA-256', salt, info }, keys.secretKey({ name: 'HKDF' }, key), bits),
    );
  },
  'AES-GCM'({ key, iv, additionalData, plaintext, ciphertext }) {
    const algorithm = { name: 'AES-GCM', iv, additionalData };
    const loaded = keys.secretKey({ name: 'AES-GCM', length: key.length * 8 }, key);
    const { encrypt, decrypt } = descriptorOf(encryptionSchemes, 'AES-GCM', 'self-test');
    return (
      ciphertext.equals(encrypt(algorithm, loaded, plaintext)) &&
      plaintext.equals(decrypt(algorithm, loaded, ciphertext))
    );
  },
  'AES-GCM-SIV'({ key, nonce, plaintext, ciphertext }) {
    using secret = Secret.copy(key);
    using opened = createSealing().open(secret, Buffer.concat([Buffer.of(1), nonce, ciphertext]), Buffer.alloc(0));
    return opened.bytes.equals(plaintext);
  },
  ECDSA: ({ publicKey, message, signature }) =>
    verified({ name: 'ECDSA', hash: 'SHA-256' }, keys.p256PublicKey(publicKey), signature, message),
  Ed25519({ privateKey, publicKey, message, signature }) {
    return (
      signature.equals(signed({ name: 'Ed25519' }, keys.ed25519PrivateKey(privateKey), message)) &&
      verified({ name: 'Ed25519' }, keys.ed25519PublicKey(publicKey), signature, message)
    );
  },
  'RSASSA-PKCS1-v1_5': ({ modulus, message, signature }) =>
    verified({ name: 'RSASSA-PKCS1-v1_5' }, keys.rsaPublicKey(modulus), signature, message),
  X25519: ({ privateKey, publicKey, bits }) =>
    bits.equals(derived({ name: 'X25519' }, keys.x25519PrivateKey(privateKey), bits, keys.x25519PublicKey(publicKey))),
  'ML-KEM-768': ({ seed, ciphertext, bits }) => bits.equals(decapsulated(keys.mlKem768PrivateKey(seed), ciphertext)),
  'MLKEM768-X25519': ({ seed, ciphertext, bits }) => bits.equals(decapsulated(keys.xWingPrivateKey(seed), ciphertext)),
  'ML-DSA-65'({ seed, message, context }, vectors) {
    const signature = decoded(vectors['MLDSA65-Ed25519-SHA512']).signature.subarray(0, -ed25519SignatureBytes);
    return verified({ name: 'ML-DSA-65', context }, keys.mlDsa65PublicKey(seed), signature, message);
  },
  'MLDSA65-Ed25519-SHA512': ({ seeds, message, signature }) =>
    verified({ name: 'MLDSA65-Ed25519-SHA512' }, keys.compositePublicKey(seeds), signature, message),
  'SLH-DSA-SHA2-128s': ({ publicKey, message, signature }) =>
    verified({ name: 'SLH-DSA-SHA2-128s' }, keys.slhDsaPublicKey(publicKey), signature, message),
} satisfies { readonly [A in keyof Vectors]: Check<A> });

const ed25519SignatureBytes = 64;

/** The tests that the sidecar runs at start. */
export function knownAnswers(vectors: SelfTestVectors = selfTestVectors): readonly KnownAnswer[] {
  return (Object.keys(checks) as (keyof Vectors)[]).map((algorithm) => knownAnswer(algorithm, vectors));
}

function knownAnswer<A extends keyof Vectors>(algorithm: A, vectors: SelfTestVectors): KnownAnswer {
  return Object.freeze({ algorithm, isRight: () => checks[algorithm](decoded(vectors[algorithm]), vectors) });
}

function decoded<F extends Readonly<Record<string, string>>>(fields: F): { readonly [K in keyof F]: Buffer } {
  const entries = Object.entries(fields).map(([name, value]) => [name, Buffer.from(value, 'base64url')]);
  return Object.fromEntries(entries) as { readonly [K in keyof F]: Buffer };
}

function signed(algorithm: Algorithm, key: LoadedKey, message: Buffer): Uint8Array {
  return descriptorOf(signatureSchemes, algorithm.name, 'self-test').sign(algorithm, key, message);
}

function verified(algorithm: Algorithm, key: LoadedKey, signature: Buffer, message: Buffer): boolean {
  return descriptorOf(signatureSchemes, algorithm.name, 'self-test').verify(algorithm, key, signature, message);
}

function derived(algorithm: Algorithm, key: LoadedKey, expected: Buffer, peer?: LoadedKey): Uint8Array {
  const { derive } = descriptorOf(derivationSchemes, algorithm.name, 'self-test');
  return derive(algorithm, key, expected.length * 8, peer);
}

function decapsulated(key: LoadedKey, ciphertext: Buffer): Uint8Array {
  return descriptorOf(kemSchemes, key.algorithm.name, 'self-test').decapsulate(key, ciphertext);
}
