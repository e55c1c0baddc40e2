import { execFileSync } from 'node:child_process';
import { createPublicKey, createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { p256 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js';
import { afterAll, describe, expect, test } from 'vitest';
import type { KeyAlgorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { wrappingSchemes } from './ciphers.ts';
import { derivationSchemes } from './derivations.ts';
import { signatureSchemes } from './signatures.ts';
import { descriptorOf } from './table.ts';

const message = new Uint8Array(randomBytes(100));
const secret = new Uint8Array(randomBytes(50));
const salt = new Uint8Array(randomBytes(16));
const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-sha3-'));
afterAll(() => rmSync(folder, { recursive: true }));

function loaded(algorithm: KeyAlgorithm, part: KeyObject): LoadedKey {
  return { type: part.type, algorithm, extractable: false, usages: [], parts: [part] };
}

function file(name: string, content: Uint8Array | string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const signature = (name: string) => descriptorOf(signatureSchemes, name, 'signing');
const derivation = (name: string) => descriptorOf(derivationSchemes, name, 'derivation');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const privatePem = file('private.pem', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const publicPem = file('public.pem', rsa.publicKey.export({ type: 'spki', format: 'pem' }));
const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder });

describe.each([
  ['SHA3-256', sha3_256],
  ['SHA3-384', sha3_384],
  ['SHA3-512', sha3_512],
] as const)('%s', (hash, sha3) => {
  test('HMAC', () => {
    const key = loaded({ name: 'HMAC', hash }, createSecretKey(secret));
    expect(new Uint8Array(signature('HMAC').sign({ name: 'HMAC' }, key, message))).toEqual(hmac(sha3, secret, message));
  });

  test('HKDF and PBKDF2', () => {
    const bits = (name: string, parameters: object) =>
      new Uint8Array(
        derivation(name).derive({ name, hash, salt, ...parameters }, loaded({ name }, createSecretKey(secret)), 800),
      );
    expect(bits('HKDF', { info: message })).toEqual(hkdf(sha3, secret, salt, message, 100));
    expect(bits('PBKDF2', { iterations: 50 })).toEqual(pbkdf2(sha3, secret, salt, { c: 50, dkLen: 100 }));
  });

  test('ECDSA, both directions', () => {
    const options = { prehash: false, lowS: false } as const;
    const algorithm = { name: 'ECDSA', hash };
    const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signed = signature('ECDSA').sign(algorithm, loaded(keyAlgorithm, ours.privateKey), message);
    const point = new Uint8Array(ours.publicKey.export({ format: 'raw-public' }));
    expect(p256.verify(new Uint8Array(signed), sha3(message), point, options)).toBe(true);
    const theirs = p256.keygen();
    const theirKey = createPublicKey({
      key: Buffer.from(p256.getPublicKey(theirs.secretKey, false)),
      format: 'raw-public',
      asymmetricKeyType: 'ec',
      namedCurve: 'P-256',
    });
    const noble = p256.sign(sha3(message), theirs.secretKey, options);
    expect(signature('ECDSA').verify(algorithm, loaded(keyAlgorithm, theirKey), noble, message)).toBe(true);
  });

  test.each([
    ['RSASSA-PKCS1-v1_5', []],
    ['RSA-PSS', ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32']],
  ])('%s with the openssl command, both directions', (name, options) => {
    const algorithm = { name, saltLength: 32 };
    const data = file('data', message);
    const flag = `-${hash.toLowerCase()}`;
    const signed = file('signature', signature(name).sign(algorithm, loaded({ name, hash }, rsa.privateKey), message));
    const answer = openssl('dgst', flag, '-verify', publicPem, ...options, '-signature', signed, data);
    expect(answer.toString()).toBe('Verified OK\n');
    const theirs = openssl('dgst', flag, '-sign', privatePem, ...options, data);
    expect(signature(name).verify(algorithm, loaded({ name, hash }, rsa.publicKey), theirs, message)).toBe(true);
  });

  test('RSA-OAEP with the openssl command, both directions', () => {
    const name = 'RSA-OAEP';
    const digest = hash.toLowerCase();
    const words = ['rsa_padding_mode:oaep', `rsa_oaep_md:${digest}`, `rsa_mgf1_md:${digest}`];
    const options = words.flatMap((word) => ['-pkeyopt', word]);
    const { encrypt, decrypt } = descriptorOf(wrappingSchemes, name, 'encryption');
    const ours = file('encrypted', encrypt({ name }, loaded({ name, hash }, rsa.publicKey), message));
    const decrypted = openssl('pkeyutl', '-decrypt', '-inkey', privatePem, ...options, '-in', ours);
    expect(new Uint8Array(decrypted)).toEqual(message);
    const plain = file('plain', message);
    const theirs = openssl('pkeyutl', '-encrypt', '-pubin', '-inkey', publicPem, ...options, '-in', plain);
    expect(new Uint8Array(decrypt({ name }, loaded({ name, hash }, rsa.privateKey), theirs))).toEqual(message);
  });
});
