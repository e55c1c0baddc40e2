import { createPublicKey, webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Algorithm, KeyFormat, KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { keyFamilies } from './algorithm-table.ts';
import {
  describePublic,
  exportKey,
  generateKey,
  importKey,
  keyLengthOf,
  loadKey,
  publicHalf,
  storeKey,
} from './keys.ts';
import { nativeAlgorithm, nativeSubtle } from './native-key.ts';
import { generatePair, generateSecret, outcome, type Sample, samples, titleOf } from './test-samples.ts';

const parameters = ['hash', 'namedCurve', 'length', 'modulusLength', 'publicExponent'] as const;

test('the samples cover the table', () => {
  const sampled = new Set(samples.map(({ algorithm }) => algorithm.name));
  expect([...sampled, 'HKDF', 'PBKDF2', 'Argon2d', 'Argon2i', 'Argon2id'].sort()).toEqual(
    Object.keys(keyFamilies).sort(),
  );
});

async function halves(sample: Sample): Promise<[LoadedKey, readonly KeyFormat[]][]> {
  const { algorithm, usages, secretFormats, publicFormats } = sample;
  if (publicFormats.length === 0) return [[await generateSecret(algorithm, usages), secretFormats]];
  const { privateKey, publicKey } = await generatePair(algorithm, usages);
  return [
    [privateKey, secretFormats],
    [publicKey, publicFormats],
  ];
}

describe.each(samples.map((sample) => [titleOf(sample), sample] as const))('%s', (_, sample) => {
  const keys = halves(sample);

  test('exported keys import as the same key', { timeout: 30_000 }, async () => {
    for (const [key, formats] of await keys) {
      for (const format of formats) {
        const exported = await exportKey(format, key);
        const imported = await importKey(format, exported, sample.algorithm, key);
        expect(imported).toMatchObject({ ...key, parts: expect.anything() });
        expect(imported.parts.map((part, index) => part.equals(key.parts[index] as never))).not.toContain(false);
        expect(await exportKey(format, imported)).toEqual(exported);
      }
    }
  });

  test('a stored key loads as the same key, whether extractable or not', async () => {
    for (const [key] of await keys) {
      const { format, bytes } = storeKey({ ...key, extractable: false });
      if (key.type !== 'public') expect(format).toBe(sample.storedFormat);
      const loaded = loadKey(format, bytes, key.algorithm, key);
      expect(loaded).toMatchObject({ ...key, parts: expect.anything() });
      expect(loaded.parts.map((part, index) => part.equals(key.parts[index] as never))).not.toContain(false);
      expect(loaded.parts).toHaveLength(key.parts.length);
    }
  });

  test('secret bytes own their memory', async () => {
    const [[key, formats]] = (await keys) as [[LoadedKey, KeyFormat[]]];
    for (const format of formats) {
      const exported = await exportKey(format, key);
      expect(exported.buffer.byteLength).toBe(exported.length);
    }
    const { bytes } = storeKey(key);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
  });

  test('a key that is not extractable stays', async () => {
    const [[key, formats]] = (await keys) as [[LoadedKey, KeyFormat[]]];
    for (const format of formats) {
      expect(await outcome(exportKey(format, { ...key, extractable: false }))).toBe('access_invalid');
    }
  });

  test('wrong usages are refused', async () => {
    const wrong: KeyUsage = sample.usages.includes('sign') ? 'encrypt' : 'sign';
    const { algorithm } = sample;
    expect(await outcome(generateKey(algorithm, { extractable: true, usages: [wrong] }))).toBe('syntax_invalid');
    expect(await outcome(generateKey(algorithm, { extractable: true, usages: [] }))).toBe('syntax_invalid');
    for (const [key, [format]] of await keys) {
      const exported = await exportKey(format as KeyFormat, key);
      const usages = [wrong];
      const refused = outcome(importKey(format as KeyFormat, exported, algorithm, { extractable: true, usages }));
      expect(await refused).toBe('syntax_invalid');
    }
  });

  test('damaged key data is refused', async () => {
    for (const [key, formats] of await keys) {
      for (const format of formats.filter((name) => name !== 'jwk')) {
        const short = (await exportKey(format, key)).subarray(1);
        // Any bytes are a key of a MAC.
        if (!['HMAC', 'KMAC128', 'KMAC256'].includes(sample.algorithm.name)) {
          expect(await outcome(importKey(format, short, sample.algorithm, key)), format).toBe('data_invalid');
        }
      }
    }
  });

  if (sample.publicFormats.length > 0)
    test('the public half is the public key', async () => {
      const [[privateKey], [publicKey]] = (await keys) as unknown as [[LoadedKey], [LoadedKey]];
      const half = await publicHalf(privateKey, publicKey.usages);
      expect(half).toMatchObject({ ...publicKey, parts: expect.anything() });
      const { format, data } = await describePublic({ ...privateKey, extractable: false });
      expect(format).toBe(sample.publicFormats.includes('spki') ? 'spki' : 'raw-public');
      expect(data).toEqual(await exportKey(format, publicKey));
      expect(await describePublic(half)).toEqual({ format, data });
      expect(await outcome(publicHalf(publicKey, []))).toBe('access_invalid');
      expect(await outcome(publicHalf(privateKey, privateKey.usages))).toBe('syntax_invalid');
    });

  if (sample.native)
    test('native WebCrypto reads what this writes and writes the same', async () => {
      for (const [key, formats] of await keys) {
        for (const format of formats) {
          const exported = await exportKey(format, key);
          const data = format === 'jwk' ? JSON.parse(exported.toString()) : exported;
          const native = nativeAlgorithm(key.algorithm, parameters);
          const cryptoKey = await nativeSubtle.importKey(format, data, native, true, key.usages);
          expect(cryptoKey.usages).toEqual(key.usages);
          const again = await nativeSubtle.exportKey(format, cryptoKey);
          expect(format === 'jwk' ? again : Buffer.from(again as ArrayBuffer)).toEqual(data);
        }
      }
    });
});

describe('beside the samples', () => {
  const attributes = { extractable: false, usages: ['deriveBits'] as KeyUsage[] };

  test.each(['HKDF', 'PBKDF2'])('%s keys are imported, stored and never let out', async (name) => {
    const key = await importKey('raw', Buffer.from('input'), { name }, attributes);
    expect(key).toMatchObject({ type: 'secret', algorithm: { name }, ...attributes });
    const { format, bytes } = storeKey(key);
    expect(loadKey(format, bytes, key.algorithm, attributes).parts[0]?.export()).toEqual(Buffer.from('input'));
    expect(await outcome(exportKey('raw', key))).toBe('not_supported');
    expect(await outcome(generateKey({ name }, attributes))).toBe('not_supported');
    const extractable = importKey('raw', Buffer.from('input'), { name }, { ...attributes, extractable: true });
    expect(await outcome(extractable)).toBe('syntax_invalid');
    expect(await outcome(importKey('jwk', Buffer.from('{}'), { name }, attributes))).toBe('not_supported');
    expect(await outcome(describePublic(key))).toBe('not_supported');
    const empty = await importKey('raw', Buffer.alloc(0), { name }, attributes);
    expect(storeKey(empty).bytes).toHaveLength(0);
  });

  test('a jwk that forbids extraction imports as not extractable only', async () => {
    for (const [algorithm, usage] of [
      [{ name: 'AES-GCM', length: 128 }, 'encrypt'],
      [{ name: 'HMAC', hash: 'SHA-256' }, 'sign'],
    ] as const) {
      const exported = await exportKey('jwk', await generateSecret(algorithm, [usage]));
      const jwk = Buffer.from(JSON.stringify({ ...JSON.parse(exported.toString()), ext: false }));
      const imported = await importKey('jwk', jwk, algorithm, { extractable: false, usages: [usage] });
      expect(imported.extractable).toBe(false);
      expect(await outcome(importKey('jwk', jwk, algorithm, { extractable: true, usages: [usage] }))).toBe(
        'data_invalid',
      );
    }
  });

  test('generation keeps what was asked for, and the public half extractable', async () => {
    const { privateKey, publicKey } = await generatePair(
      { name: 'ECDSA', namedCurve: 'P-256' },
      ['sign', 'verify'],
      false,
    );
    expect([privateKey.extractable, publicKey.extractable]).toEqual([false, true]);
    expect((await generateSecret({ name: 'AES-GCM', length: 128 }, ['encrypt'], false)).extractable).toBe(false);
  });

  test.each<[string, Algorithm]>([
    ['an unknown algorithm', { name: 'AES-GCM-SIV', length: 128 }],
    ['a name of Object.prototype', { name: 'constructor' }],
    ['an unknown hash', { name: 'HMAC', hash: 'SHA3-224' }],
    ['an unknown curve', { name: 'ECDSA', namedCurve: 'secp256k1' }],
  ])('%s is not supported', async (_, algorithm) => {
    const wanted = { extractable: false, usages: ['sign'] as KeyUsage[] };
    expect(await outcome(generateKey(algorithm, wanted))).toBe('not_supported');
    expect(await outcome(importKey('jwk', Buffer.from('{}'), algorithm, wanted))).toBe('not_supported');
  });

  test.each<[string, Algorithm, string]>([
    ['a missing length', { name: 'AES-GCM' }, 'type_invalid'],
    ['a missing hash', { name: 'HMAC' }, 'type_invalid'],
    ['an AES length', { name: 'AES-GCM', length: 64 }, 'operation_failed'],
    ['an HMAC length of 0', { name: 'HMAC', hash: 'SHA-1', length: 0 }, 'operation_failed'],
    ['an HMAC length of SHA-3 that nobody said', { name: 'HMAC', hash: 'SHA3-256' }, 'not_supported'],
    ['a huge KMAC length', { name: 'KMAC128', length: 524_289 }, 'operation_failed'],
    ['a huge HMAC length', { name: 'HMAC', hash: 'SHA-1', length: 524_289 }, 'operation_failed'],
    [
      'an even exponent',
      { name: 'RSA-PSS', hash: 'SHA-1', modulusLength: 2048, publicExponent: 'BA' },
      'operation_failed',
    ],
    [
      'a huge modulus',
      { name: 'RSA-PSS', hash: 'SHA-1', modulusLength: 65536, publicExponent: 'AQAB' },
      'operation_failed',
    ],
  ])('%s is refused', async (_, algorithm, code) => {
    const usages: KeyUsage[] = algorithm.name === 'AES-GCM' ? ['encrypt'] : ['sign'];
    expect(await outcome(generateKey(algorithm, { extractable: false, usages }))).toBe(code);
  });

  test.each<[Algorithm, KeyUsage]>([
    [{ name: 'HMAC', hash: 'SHA-256' }, 'sign'],
    [{ name: 'HKDF' }, 'deriveBits'],
    [{ name: 'PBKDF2' }, 'deriveBits'],
  ])('a key of %o has at most 65,536 bytes', async (algorithm, usage) => {
    const wanted = { extractable: false, usages: [usage] };
    expect(await outcome(importKey('raw', Buffer.alloc(65_537, 1), algorithm, wanted))).toBe('data_invalid');
    expect((await importKey('raw', Buffer.alloc(65_536, 1), algorithm, wanted)).type).toBe('secret');
  });

  test.each(['Argon2d', 'Argon2i', 'Argon2id'])('%s keys are imported as raw-secret alone', async (name) => {
    const password = Buffer.from('password');
    const key = await importKey('raw-secret', password, { name }, attributes);
    expect(key).toMatchObject({ type: 'secret', algorithm: { name }, ...attributes });
    const { format, bytes } = storeKey(key);
    expect(loadKey(format, bytes, key.algorithm, attributes).parts[0]?.export()).toEqual(password);
    expect(await outcome(importKey('raw', password, { name }, attributes))).toBe('not_supported');
    expect(await outcome(exportKey('raw-secret', key))).toBe('not_supported');
  });

  test('key lengths are those of WebCrypto', async () => {
    expect([128, 192, 256].map((length) => keyLengthOf({ name: 'AES-KW', length }))).toEqual([128, 192, 256]);
    for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']) {
      const native = await webcrypto.subtle.generateKey({ name: 'HMAC', hash }, true, ['sign']);
      expect(keyLengthOf({ name: 'HMAC', hash })).toBe((native as { algorithm: { length?: number } }).algorithm.length);
    }
    expect(keyLengthOf({ name: 'HMAC', hash: 'SHA-1', length: 7 })).toBe(7);
    expect(['HKDF', 'PBKDF2', 'Argon2id'].map((name) => keyLengthOf({ name }))).toEqual([null, null, null]);
    expect(['KMAC128', 'KMAC256', 'ChaCha20-Poly1305'].map((name) => keyLengthOf({ name }))).toEqual([128, 256, 256]);
    expect([0, 7].map((length) => keyLengthOf({ name: 'KMAC128', length }))).toEqual([0, 7]);
    expect(keyLengthOf({ name: 'HMAC', hash: 'SHA3-256', length: 256 })).toBe(256);
  });

  test.each<[Algorithm, string]>([
    [{ name: 'AES-GCM', length: 100 }, 'operation_failed'],
    [{ name: 'AES-GCM' }, 'type_invalid'],
    [{ name: 'HMAC', hash: 'SHA-1', length: 0 }, 'type_invalid'],
    [{ name: 'HMAC', hash: 'SHA-1', length: 524_289 }, 'operation_failed'],
    [{ name: 'HMAC', hash: 'SHA3-256' }, 'not_supported'],
    [{ name: 'KMAC256', length: 524_289 }, 'operation_failed'],
    [{ name: 'Ed25519' }, 'not_supported'],
    [{ name: 'MLKEM768-P256' }, 'not_supported'],
  ])('the key length of %o is refused', (algorithm, code) => {
    expect(() => keyLengthOf(algorithm)).toThrow(expect.objectContaining({ code }));
  });

  test('a stored format that the algorithm does not have is not supported', async () => {
    const { privateKey } = await generatePair({ name: 'Ed25519' }, ['sign']);
    const load = (format: string) => () => loadKey(format, Buffer.alloc(32), privateKey.algorithm, privateKey);
    expect(load('raw-seed')).toThrow(expect.objectContaining({ code: 'not_supported' }));
    expect(load('toString')).toThrow(expect.objectContaining({ code: 'not_supported' }));
    expect(load('spki')).toThrow(expect.objectContaining({ code: 'data_invalid' }));
  });

  test('a scalar with leading zeros keeps its length', async () => {
    const d = Buffer.alloc(66);
    d[65] = 5;
    const { privateKey } = await generatePair({ name: 'ECDSA', namedCurve: 'P-521' }, ['sign']);
    const small = loadKey('raw-private', d, privateKey.algorithm, privateKey);
    expect(storeKey(small).bytes).toEqual(d);
    expect(createPublicKey(small.parts[0] as never).asymmetricKeyDetails?.namedCurve).toBe('secp521r1');
  });

  test.each(['not json', '[]', 'null', '"k"', '{"kty":"oct","k":'])(
    '%s is no jwk, and no error quotes it',
    async (text) => {
      const wanted = { extractable: true, usages: ['encrypt'] as KeyUsage[] };
      const refusal = await importKey('jwk', Buffer.from(text), { name: 'AES-GCM' }, wanted).catch((cause) => cause);
      expect(refusal).toMatchObject({ code: 'data_invalid', cause: undefined });
    },
  );
});
