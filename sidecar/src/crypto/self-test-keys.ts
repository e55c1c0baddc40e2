import { createHash, createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { KeyAlgorithm, KeyType } from '../generated/types.ts';
import type { LoadedKey } from './key.ts';

/** Keys of the known-answer tests, made without the import code, so that a failure names the right part. */

export function secretKey(algorithm: KeyAlgorithm, bytes: Buffer): LoadedKey {
  return loaded('secret', algorithm, createSecretKey(bytes));
}

export function p256PublicKey(point: Buffer): LoadedKey {
  const key = createPublicKey({ key: point, format: 'raw-public', asymmetricKeyType: 'ec', namedCurve: 'P-256' });
  return loaded('public', { name: 'ECDSA', namedCurve: 'P-256' }, key);
}

export function ed25519PrivateKey(bytes: Buffer): LoadedKey {
  return loaded('private', { name: 'Ed25519' }, ed25519(bytes));
}

export function ed25519PublicKey(bytes: Buffer): LoadedKey {
  const key = createPublicKey({ key: bytes, format: 'raw-public', asymmetricKeyType: 'ed25519' });
  return loaded('public', { name: 'Ed25519' }, key);
}

export function x25519PrivateKey(bytes: Buffer): LoadedKey {
  return loaded('private', { name: 'X25519' }, x25519(bytes));
}

export function x25519PublicKey(bytes: Buffer): LoadedKey {
  const key = createPublicKey({ key: bytes, format: 'raw-public', asymmetricKeyType: 'x25519' });
  return loaded('public', { name: 'X25519' }, key);
}

/** With the exponent 65537. */
export function rsaPublicKey(modulus: Buffer): LoadedKey {
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return loaded('public', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, key);
}

export function mlDsa65PublicKey(seed: Buffer): LoadedKey {
  return loaded('public', { name: 'ML-DSA-65' }, createPublicKey(mlDsa65(seed)));
}

export function slhDsaPublicKey(bytes: Buffer): LoadedKey {
  const key = createPublicKey({ key: bytes, format: 'raw-public', asymmetricKeyType: 'slh-dsa-sha2-128s' });
  return loaded('public', { name: 'SLH-DSA-SHA2-128s' }, key);
}

/** @param seeds ML-DSA seed || Ed25519 private key */
export function compositePublicKey(seeds: Buffer): LoadedKey {
  const parts = [mlDsa65(seeds.subarray(0, 32)), ed25519(seeds.subarray(32))];
  return loaded('public', { name: 'MLDSA65-Ed25519-SHA512' }, ...parts.map((part) => createPublicKey(part)));
}

export function mlKem768PrivateKey(seed: Buffer): LoadedKey {
  return loaded('private', { name: 'ML-KEM-768' }, mlKem768(seed));
}

/** draft-connolly-cfrg-xwing-kem section 5.2: the seed gives the ML-KEM seed and the X25519 key. */
export function xWingPrivateKey(seed: Buffer): LoadedKey {
  const expanded = createHash('shake256', { outputLength: 96 }).update(seed).digest();
  const parts = [mlKem768(expanded.subarray(0, 64)), x25519(expanded.subarray(64)), createSecretKey(seed)];
  return loaded('private', { name: 'MLKEM768-X25519' }, ...parts);
}

function ed25519(bytes: Buffer): KeyObject {
  return createPrivateKey({ key: bytes, format: 'raw-private', asymmetricKeyType: 'ed25519' });
}

function x25519(bytes: Buffer): KeyObject {
  return createPrivateKey({ key: bytes, format: 'raw-private', asymmetricKeyType: 'x25519' });
}

function mlDsa65(seed: Buffer): KeyObject {
  return createPrivateKey({ key: seed, format: 'raw-seed', asymmetricKeyType: 'ml-dsa-65' });
}

function mlKem768(seed: Buffer): KeyObject {
  return createPrivateKey({ key: seed, format: 'raw-seed', asymmetricKeyType: 'ml-kem-768' });
}

function loaded(type: KeyType, algorithm: KeyAlgorithm, ...parts: readonly KeyObject[]): LoadedKey {
  return Object.freeze({ type, algorithm, extractable: false, usages: [], parts });
}
