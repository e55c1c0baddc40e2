import { randomBytes, webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Algorithm, KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { encryptionSchemes, wrappingSchemes } from './ciphers.ts';
import { descriptorOf } from './table.ts';
import { flipped, oracleKeyPair, oracleSecret } from './test-keys.ts';

const { subtle } = webcrypto;
const usages: KeyUsage[] = ['encrypt', 'decrypt'];
const iv = randomBytes(12);
const block = randomBytes(16);
const sizes = [0, 1, 15, 16, 17, 1000];
const keySizes = [16, 24, 32];

function encrypted(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(descriptorOf(encryptionSchemes, algorithm.name, 'encryption').encrypt(algorithm, key, data));
}

function decrypted(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(descriptorOf(encryptionSchemes, algorithm.name, 'decryption').decrypt(algorithm, key, data));
}

const cases: readonly Algorithm[] = [
  { name: 'AES-GCM', iv },
  { name: 'AES-GCM', iv: randomBytes(32), additionalData: randomBytes(30) },
  { name: 'AES-GCM', iv: randomBytes(128), additionalData: Buffer.alloc(0) },
  ...[32, 64, 96, 104, 112, 120, 128].map((tagLength) => ({ name: 'AES-GCM', iv, tagLength })),
  ...[64, 96, 128].map((tagLength) => ({ name: 'AES-OCB', iv, tagLength })),
  { name: 'AES-OCB', iv: randomBytes(15), additionalData: randomBytes(30) },
  { name: 'AES-OCB', iv: randomBytes(1) },
  { name: 'AES-CBC', iv: block },
  ...[64, 128].map((length) => ({ name: 'AES-CTR', counter: block, length })),
];

describe.each(cases)('$name $tagLength $length against native subtle', (algorithm) => {
  test.each(keySizes)('both directions with a key of %d bytes', async (keyBytes) => {
    const { native, loaded } = await oracleSecret({ name: algorithm.name }, usages, randomBytes(keyBytes));
    for (const size of sizes) {
      const plaintext = randomBytes(size);
      const ciphertext = Buffer.from(await subtle.encrypt(algorithm as never, native, plaintext));
      expect(encrypted(algorithm, loaded, plaintext)).toEqual(ciphertext);
      expect(decrypted(algorithm, loaded, ciphertext)).toEqual(plaintext);
    }
  });
});

describe('AES-GCM refuses', () => {
  const key = oracleSecret({ name: 'AES-GCM' }, usages, randomBytes(32));
  const algorithm = { name: 'AES-GCM', iv, additionalData: Buffer.from('row 7') };

  test('every flipped bit, other additional data, another iv and what is shorter than the tag', async () => {
    const { loaded } = await key;
    const ciphertext = encrypted(algorithm, loaded, randomBytes(20));
    for (let index = 0; index < ciphertext.length; index++) {
      expect(() => decrypted(algorithm, loaded, flipped(ciphertext, index))).toThrow('the operation failed');
    }
    const otherData = { ...algorithm, additionalData: Buffer.from('row 8') };
    expect(() => decrypted(otherData, loaded, ciphertext)).toThrow('the operation failed');
    expect(() => decrypted({ ...algorithm, iv: randomBytes(12) }, loaded, ciphertext)).toThrow('the operation failed');
    expect(() => decrypted(algorithm, loaded, ciphertext.subarray(0, 15))).toThrow('15 bytes are shorter');
  });

  test.each([0, 8, 31, 127, 136])('a tag of %d bits', async (tagLength) => {
    const { loaded } = await key;
    expect(() => encrypted({ ...algorithm, tagLength }, loaded, block)).toThrow(`a tag of ${tagLength} bits`);
    expect(() => decrypted({ ...algorithm, tagLength }, loaded, block)).toThrow(`a tag of ${tagLength} bits`);
  });

  test('an empty and a missing iv', async () => {
    const { loaded } = await key;
    expect(() => encrypted({ ...algorithm, iv: Buffer.alloc(0) }, loaded, block)).toThrow('the operation failed');
    expect(() => encrypted({ name: 'AES-GCM' }, loaded, block)).toThrow('algorithm.iv is missing');
  });
});

describe('AES-CBC refuses', () => {
  const key = oracleSecret({ name: 'AES-CBC' }, usages, randomBytes(16));

  test('bad padding, partial blocks, nothing at all and other iv lengths', async () => {
    const { native, loaded } = await key;
    const algorithm = { name: 'AES-CBC', iv: block };
    const ciphertext = encrypted(algorithm, loaded, randomBytes(16));
    const bad = [ciphertext.subarray(0, 16), ciphertext.subarray(0, 31), Buffer.alloc(0)];
    for (const bytes of bad) {
      expect(() => decrypted(algorithm, loaded, bytes)).toThrow('the operation failed');
      await expect(subtle.decrypt(algorithm, native, bytes)).rejects.toThrow();
    }
    expect(() => encrypted({ ...algorithm, iv }, loaded, block)).toThrow('an iv of 12 bytes');
  });
});

describe('AES-CTR counter', () => {
  const key = oracleSecret({ name: 'AES-CTR' }, usages, randomBytes(16));
  const prefix = randomBytes(12);

  test.each([1, 3, 8, 9, 16, 31, 127])('of %d bits wraps within them, as natively', async (length) => {
    const { native, loaded } = await key;
    for (const last of [0xffffffff, 0xfffffffe, 0xfffffffd, 0]) {
      const counter = Buffer.concat([prefix, Buffer.alloc(4)]);
      counter.writeUInt32BE(last, 12);
      const algorithm = { name: 'AES-CTR', counter, length };
      const plaintext = randomBytes(Math.min(2 ** length, 20) * 16 - 3);
      const ciphertext = Buffer.from(await subtle.encrypt(algorithm, native, plaintext));
      expect(encrypted(algorithm, loaded, plaintext)).toEqual(ciphertext);
      expect(decrypted(algorithm, loaded, ciphertext)).toEqual(plaintext);
    }
  });

  test('of 128 bits wraps to zero, as natively', async () => {
    const { native, loaded } = await key;
    const algorithm = { name: 'AES-CTR', counter: Buffer.alloc(16, 0xff), length: 128 };
    const plaintext = randomBytes(50);
    const ciphertext = Buffer.from(await subtle.encrypt(algorithm, native, plaintext));
    expect(encrypted(algorithm, loaded, plaintext)).toEqual(ciphertext);
  });

  test('refuses more blocks than it has values, lengths of 0 and 129, and short blocks', async () => {
    const { loaded } = await key;
    const algorithm = { name: 'AES-CTR', counter: block, length: 3 };
    expect(encrypted(algorithm, loaded, Buffer.alloc(128))).toHaveLength(128);
    expect(() => encrypted(algorithm, loaded, Buffer.alloc(129))).toThrow('9 blocks with a counter of 3 bits');
    expect(() => encrypted({ ...algorithm, length: 0 }, loaded, block)).toThrow('a counter of 0 bits');
    expect(() => encrypted({ ...algorithm, length: 129 }, loaded, block)).toThrow('a counter of 129 bits');
    expect(() => encrypted({ ...algorithm, counter: iv }, loaded, block)).toThrow('a counter block of 12 bytes');
  });
});

describe('AES-KW against native subtle', () => {
  const { encrypt, decrypt } = descriptorOf(wrappingSchemes, 'AES-KW', 'wrapping');
  const algorithm = { name: 'AES-KW' };

  test.each(keySizes)('both directions with a key of %d bytes', async (keyBytes) => {
    const wrapping = await oracleSecret(algorithm, ['wrapKey', 'unwrapKey'], randomBytes(keyBytes));
    const secret = randomBytes(32);
    const native = await subtle.importKey('raw', secret, 'AES-CBC', true, ['encrypt']);
    const wrapped = Buffer.from(await subtle.wrapKey('raw', native, wrapping.native, 'AES-KW'));
    expect(Buffer.from(encrypt(algorithm, wrapping.loaded, secret))).toEqual(wrapped);
    expect(Buffer.from(decrypt(algorithm, wrapping.loaded, wrapped))).toEqual(secret);
    for (let index = 0; index < wrapped.length; index++) {
      expect(() => decrypt(algorithm, wrapping.loaded, flipped(wrapped, index))).toThrow('the operation failed');
    }
  });

  test('encrypts no data and takes whole blocks of 8 bytes', async () => {
    const { loaded } = await oracleSecret(algorithm, ['wrapKey', 'unwrapKey'], randomBytes(16));
    expect(() => encrypted(algorithm, loaded, block)).toThrow('encryption with AES-KW');
    for (const size of [0, 8, 17]) {
      expect(() => encrypt(algorithm, loaded, Buffer.alloc(size))).toThrow('the operation failed');
      expect(() => decrypt(algorithm, loaded, Buffer.alloc(size))).toThrow('the operation failed');
    }
  });
});

describe.each(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'])('RSA-OAEP with %s against native subtle', (hash) => {
  const parameters = { name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash };
  const pair = oracleKeyPair(parameters, usages);

  test.each([undefined, Buffer.alloc(0), Buffer.from('label')])('both directions with label %s', async (label) => {
    const { privateKey, publicKey } = await pair;
    const algorithm = { name: 'RSA-OAEP', ...(label !== undefined && { label }) };
    const plaintext = randomBytes(40);
    const natively = Buffer.from(await subtle.encrypt(algorithm, publicKey.native, plaintext));
    expect(decrypted(algorithm, privateKey.loaded, natively)).toEqual(plaintext);
    const ours = encrypted(algorithm, publicKey.loaded, plaintext);
    expect(Buffer.from(await subtle.decrypt(algorithm, privateKey.native, ours))).toEqual(plaintext);
    const otherLabel = { ...algorithm, label: Buffer.from('other') };
    expect(() => decrypted(otherLabel, privateKey.loaded, ours)).toThrow('the operation failed');
    expect(() => decrypted(algorithm, privateKey.loaded, flipped(ours, 100))).toThrow('the operation failed');
    expect(() => encrypted(algorithm, publicKey.loaded, Buffer.alloc(255))).toThrow('the operation failed');
  });
});
