import { execFileSync } from 'node:child_process';
import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aeskw, cbc, ctr, gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { afterAll, describe, expect, test } from 'vitest';
import type { KeyAlgorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { wrappingSchemes } from './ciphers.ts';
import { derivationSchemes } from './derivations.ts';
import { signatureSchemes } from './signatures.ts';
import { descriptorOf } from './table.ts';

/** Native WebCrypto and the code under test share one OpenSSL: here the results meet code that does not. */

const message = randomBytes(100);
const bytes = (data: Uint8Array) => new Uint8Array(data);

function loaded(algorithm: KeyAlgorithm, part: KeyObject): LoadedKey {
  return { type: part.type, algorithm, extractable: false, usages: [], parts: [part] };
}

const signature = (name: string) => descriptorOf(signatureSchemes, name, 'signing');
const cipher = (name: string) => descriptorOf(wrappingSchemes, name, 'encryption');
const derivation = (name: string) => descriptorOf(derivationSchemes, name, 'derivation');

const curves = { 'P-256': p256, 'P-384': p384, 'P-521': p521 };
const hashes = { 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 };
const hashCases = Object.entries(hashes);

describe.each(Object.entries(curves))('%s', (namedCurve, curve) => {
  const ours = generateKeyPairSync('ec', { namedCurve });
  const point = bytes(ours.publicKey.export({ format: 'raw-public' }));
  const theirs = curve.keygen();
  const theirPoint = Buffer.from(curve.getPublicKey(theirs.secretKey, false));
  const theirKey = createPublicKey({ key: theirPoint, format: 'raw-public', asymmetricKeyType: 'ec', namedCurve });

  test.each(hashCases)('ECDSA with %s, both directions', (hash, sha) => {
    const algorithm = { name: 'ECDSA', hash };
    const options = { prehash: false, lowS: false } as const;
    const signed = signature('ECDSA').sign(algorithm, loaded({ name: 'ECDSA', namedCurve }, ours.privateKey), message);
    expect(curve.verify(bytes(signed), sha(message), point, options)).toBe(true);
    const noble = curve.sign(sha(message), theirs.secretKey, options);
    const verifyingKey = loaded({ name: 'ECDSA', namedCurve }, theirKey);
    expect(signature('ECDSA').verify(algorithm, verifyingKey, noble, message)).toBe(true);
  });

  test('ECDH', () => {
    const algorithm = { name: 'ECDH', namedCurve };
    const derive = derivation('ECDH').derive;
    const secret = derive(algorithm, loaded(algorithm, ours.privateKey), null, loaded(algorithm, theirKey));
    expect(bytes(secret)).toEqual(curve.getSharedSecret(theirs.secretKey, point).subarray(1));
  });
});

test('Ed25519, both directions', () => {
  const seed = randomBytes(32);
  const privateKey = createPrivateKey({ key: seed, format: 'raw-private', asymmetricKeyType: 'ed25519' });
  const name = 'Ed25519';
  const noble = ed25519.sign(message, bytes(seed));
  expect(bytes(signature(name).sign({ name }, loaded({ name }, privateKey), message))).toEqual(noble);
  expect(signature(name).verify({ name }, loaded({ name }, createPublicKey(privateKey)), noble, message)).toBe(true);
});

test('X25519', () => {
  const name = 'X25519';
  const ours = generateKeyPairSync('x25519');
  const theirs = x25519.keygen();
  const theirKey = createPublicKey({
    key: Buffer.from(theirs.publicKey),
    format: 'raw-public',
    asymmetricKeyType: 'x25519',
  });
  const secret = derivation(name).derive({ name }, loaded({ name }, ours.privateKey), null, loaded({ name }, theirKey));
  const point = bytes(ours.publicKey.export({ format: 'raw-public' }));
  expect(bytes(secret)).toEqual(x25519.getSharedSecret(theirs.secretKey, point));
});

describe.each(Object.entries({ 'ML-DSA-44': ml_dsa44, 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 }))(
  '%s',
  (name, oracle) => {
    test.each([Buffer.alloc(0), Buffer.from('invoices')])('both directions with context "%s"', (context) => {
      const seed = randomBytes(32);
      const asymmetricKeyType = name.toLowerCase() as 'ml-dsa-44';
      const privateKey = createPrivateKey({ key: seed, format: 'raw-seed', asymmetricKeyType });
      const { publicKey, secretKey } = oracle.keygen(bytes(seed));
      const algorithm = { name, context };
      const signed = signature(name).sign(algorithm, loaded({ name }, privateKey), message);
      expect(oracle.verify(bytes(signed), message, publicKey, { context })).toBe(true);
      const noble = oracle.sign(message, secretKey, { context });
      const verifyingKey = loaded({ name }, createPublicKey(privateKey));
      expect(signature(name).verify(algorithm, verifyingKey, noble, message)).toBe(true);
      expect(signature(name).verify({ name, context: Buffer.from('other') }, verifyingKey, noble, message)).toBe(false);
    });
  },
);

describe.each(hashCases)('with %s', (hash, sha) => {
  const key = randomBytes(50);
  const salt = randomBytes(16);

  test('HMAC', () => {
    const tag = signature('HMAC').sign({ name: 'HMAC' }, loaded({ name: 'HMAC', hash }, createSecretKey(key)), message);
    expect(bytes(tag)).toEqual(hmac(sha, bytes(key), message));
  });

  test('HKDF', () => {
    const info = randomBytes(9);
    const base = loaded({ name: 'HKDF' }, createSecretKey(key));
    const bits = derivation('HKDF').derive({ name: 'HKDF', hash, salt, info }, base, 800);
    expect(bytes(bits)).toEqual(hkdf(sha, bytes(key), salt, info, 100));
  });

  test('PBKDF2', () => {
    const base = loaded({ name: 'PBKDF2' }, createSecretKey(key));
    const bits = derivation('PBKDF2').derive({ name: 'PBKDF2', hash, salt, iterations: 50 }, base, 800);
    expect(bytes(bits)).toEqual(pbkdf2(sha, bytes(key), salt, { c: 50, dkLen: 100 }));
  });
});

describe.each([16, 24, 32])('AES with a key of %d bytes', (keyBytes) => {
  const secret = bytes(randomBytes(keyBytes));
  const iv = bytes(randomBytes(16));
  const length = keyBytes * 8;
  const ciphers = {
    'AES-GCM': { parameters: { iv, additionalData: message }, oracle: gcm(secret, iv, bytes(message)) },
    'AES-CBC': { parameters: { iv }, oracle: cbc(secret, iv) },
    'AES-CTR': { parameters: { counter: iv, length: 128 }, oracle: ctr(secret, iv) },
    'AES-KW': { parameters: {}, oracle: aeskw(secret) },
  };

  test.each(Object.entries(ciphers))('%s, both directions', (name, { parameters, oracle }) => {
    const data = bytes(randomBytes(48));
    const key = loaded({ name, length }, createSecretKey(secret));
    const encrypted = cipher(name).encrypt({ name, ...parameters }, key, data);
    expect(bytes(encrypted)).toEqual(oracle.encrypt(data));
    expect(bytes(cipher(name).decrypt({ name, ...parameters }, key, encrypted))).toEqual(data);
  });
});

describe('RSA against the openssl command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-rsa-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = (name: string, content: Uint8Array | string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const privatePem = file('private.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const publicPem = file('public.pem', publicKey.export({ type: 'spki', format: 'pem' }));
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder });
  const pkcs1 = { name: 'RSASSA-PKCS1-v1_5', options: [] as string[] };
  const pss = { name: 'RSA-PSS', options: ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'] };

  test.each([pkcs1, pss])('$name, both directions', ({ name, options }) => {
    const algorithm = { name, saltLength: 32 };
    const data = file('data', message);
    const key = { name, hash: 'SHA-256' };
    const signed = file('signature', signature(name).sign(algorithm, loaded(key, privateKey), message));
    const answer = openssl('dgst', '-sha256', '-verify', publicPem, ...options, '-signature', signed, data);
    expect(answer.toString()).toBe('Verified OK\n');
    const theirs = openssl('dgst', '-sha256', '-sign', privatePem, ...options, data);
    expect(signature(name).verify(algorithm, loaded(key, publicKey), theirs, message)).toBe(true);
  });

  test('RSA-OAEP with SHA-256 and a label, both directions', () => {
    const name = 'RSA-OAEP';
    const label = Buffer.from('label');
    const options = [
      'rsa_padding_mode:oaep',
      'rsa_oaep_md:sha256',
      'rsa_mgf1_md:sha256',
      `rsa_oaep_label:${label.toString('hex')}`,
    ];
    const pkeyopts = options.flatMap((option) => ['-pkeyopt', option]);
    const key = { name, hash: 'SHA-256' };
    const ours = file('encrypted', cipher(name).encrypt({ name, label }, loaded(key, publicKey), message));
    expect(openssl('pkeyutl', '-decrypt', '-inkey', privatePem, ...pkeyopts, '-in', ours)).toEqual(message);
    const theirs = openssl(
      'pkeyutl',
      '-encrypt',
      '-pubin',
      '-inkey',
      publicPem,
      ...pkeyopts,
      '-in',
      file('plain', message),
    );
    expect(cipher(name).decrypt({ name, label }, loaded(key, privateKey), theirs)).toEqual(message);
  });
});
