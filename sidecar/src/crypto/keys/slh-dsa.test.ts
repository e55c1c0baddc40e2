import { randomBytes, sign } from 'node:crypto';
import {
  slh_dsa_sha2_128f,
  slh_dsa_sha2_192f,
  slh_dsa_sha2_256f,
  slh_dsa_shake_128f,
  slh_dsa_shake_192f,
  slh_dsa_shake_256f,
} from '@noble/post-quantum/slh-dsa.js';
import { describe, expect, test } from 'vitest';
import type { KeyUsage } from '../../generated/types.ts';
import { exportKey, importKey, publicHalf } from './keys.ts';
import { generatePair, outcome } from './test-samples.ts';

const signing = { extractable: true, usages: ['sign'] as KeyUsage[] };
const verifying = { extractable: true, usages: ['verify'] as KeyUsage[] };
const usages: KeyUsage[] = ['sign', 'verify'];

const oracles = {
  'SLH-DSA-SHA2-128f': slh_dsa_sha2_128f,
  'SLH-DSA-SHA2-192f': slh_dsa_sha2_192f,
  'SLH-DSA-SHA2-256f': slh_dsa_sha2_256f,
  'SLH-DSA-SHAKE-128f': slh_dsa_shake_128f,
  'SLH-DSA-SHAKE-192f': slh_dsa_shake_192f,
  'SLH-DSA-SHAKE-256f': slh_dsa_shake_256f,
};

describe.each(Object.entries(oracles))('%s', (name, noble) => {
  test("takes the second implementation's keys, whose signatures that one verifies", { timeout: 30_000 }, async () => {
    const { secretKey, publicKey } = noble.keygen(randomBytes(noble.lengths.seed as number));
    const privateKey = await importKey('raw-private', secretKey, { name }, signing);
    expect(await exportKey('raw-public', await publicHalf(privateKey, []))).toEqual(Buffer.from(publicKey));
    expect(await exportKey('raw-private', privateKey)).toEqual(Buffer.from(secretKey));
    const signature = sign(null, Buffer.from('message'), privateKey.parts[0] as never);
    expect(noble.verify(signature, Buffer.from('message'), publicKey)).toBe(true);
  });
});

describe('a private key with another public root', () => {
  const name = 'SLH-DSA-SHA2-128f';

  test('is refused in every format', async () => {
    const { privateKey } = await generatePair({ name }, usages);
    for (const format of ['raw-private', 'pkcs8'] as const) {
      const bytes = await exportKey(format, privateKey);
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      expect(await outcome(importKey(format, bytes, { name }, signing))).toBe('data_invalid');
    }
    const jwk = JSON.parse((await exportKey('jwk', privateKey)).toString());
    const priv = Buffer.from(jwk.priv, 'base64url');
    priv[63] = (priv[63] as number) ^ 1;
    const consistentOutside = { ...jwk, priv: priv.toString('base64url'), pub: priv.toString('base64url', 32) };
    for (const wrong of [consistentOutside, { ...jwk, pub: consistentOutside.pub }]) {
      expect(await outcome(importKey('jwk', Buffer.from(JSON.stringify(wrong)), { name }, signing))).toBe(
        'data_invalid',
      );
    }
  });
});

test('a key of another parameter set is refused', async () => {
  const { privateKey, publicKey } = await generatePair({ name: 'SLH-DSA-SHAKE-128f' }, usages);
  const other = { name: 'SLH-DSA-SHA2-128f' };
  expect(await outcome(importKey('pkcs8', await exportKey('pkcs8', privateKey), other, signing))).toBe('data_invalid');
  expect(await outcome(importKey('spki', await exportKey('spki', publicKey), other, verifying))).toBe('data_invalid');
  expect(await outcome(importKey('jwk', await exportKey('jwk', publicKey), other, verifying))).toBe('data_invalid');
});

test('formats of other algorithms are not supported', async () => {
  const { privateKey, publicKey } = await generatePair({ name: 'SLH-DSA-SHA2-128f' }, usages);
  expect(await outcome(exportKey('raw-seed', privateKey))).toBe('not_supported');
  expect(await outcome(exportKey('raw', publicKey))).toBe('not_supported');
  expect(await outcome(exportKey('pkcs8', publicKey))).toBe('access_invalid');
  expect(await outcome(exportKey('spki', privateKey))).toBe('access_invalid');
});
