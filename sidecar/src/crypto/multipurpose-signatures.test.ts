import { constants, createHash, createHmac, type KeyObject, randomBytes, verify } from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { afterAll, describe, expect, test } from 'vitest';
import type { Algorithm } from '../generated/types.ts';
import { createCryptoProvider } from './crypto-provider.ts';
import type { LoadedKey } from './key.ts';
import { hashOf } from './operations/hash-name.ts';
import { firstPart } from './operations/key-part.ts';
import { flipped } from './operations/test-keys.ts';
import { generalPurpose, madePair, madeSecret, outcome } from './test-multipurpose.ts';

const provider = createCryptoProvider({ workers: 1 });
afterAll(() => provider.close());

const message = randomBytes(300);
const hashes = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'];
const curves = [
  ['P-256', p256],
  ['P-384', p384],
  ['P-521', p521],
] as const;

const part = (key: LoadedKey): KeyObject => firstPart(key);
const digestOf = (hash: string) => createHash(hashOf(hash).digest).update(message).digest();

describe('a general-purpose RSA key', () => {
  const pair = madePair(provider, generalPurpose.rsa);

  test.each(hashes)('signs PKCS#1 v1.5 with %s, whatever its own hash is', async (hash) => {
    const { privateKey, publicKey } = await pair;
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash };
    const signature = await provider.sign(algorithm, privateKey, message);
    expect(verify(hashOf(hash).digest, message, part(publicKey), signature)).toBe(true);
    expect(await provider.verify(algorithm, publicKey, signature, message)).toBe(true);
    expect(await provider.verify(algorithm, publicKey, signature, flipped(message, 0))).toBe(false);
    expect(await provider.signDigest(algorithm, privateKey, digestOf(hash))).toEqual(signature);
  });

  test.each(hashes)('signs PSS with %s, a message and its digest', async (hash) => {
    const { privateKey, publicKey } = await pair;
    const algorithm = { name: 'RSA-PSS', hash, saltLength: 20 };
    const pss = { key: part(publicKey), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 };
    for (const signature of [
      await provider.sign(algorithm, privateKey, message),
      await provider.signDigest(algorithm, privateKey, digestOf(hash)),
    ]) {
      expect(verify(hashOf(hash).digest, message, pss, signature)).toBe(true);
      expect(await provider.verify(algorithm, publicKey, signature, message)).toBe(true);
    }
  });

  test('signs with its own hash when it is told none', async () => {
    const { privateKey, publicKey } = await pair;
    const signature = await provider.sign({ name: 'RSASSA-PKCS1-v1_5' }, privateKey, message);
    expect(verify('sha256', message, part(publicKey), signature)).toBe(true);
  });

  test('pads what is ready as it is: a DigestInfo that the caller made, up to 11 bytes below the modulus', async () => {
    const { privateKey, publicKey } = await pair;
    const ready = Buffer.concat([Buffer.from(hashOf('SHA-384').digestInfo, 'hex'), digestOf('SHA-384')]);
    const signature = await provider.signDigest({ name: 'RSASSA-PKCS1-v1_5' }, privateKey, ready);
    expect(verify('sha384', message, part(publicKey), signature)).toBe(true);
    const sign = (bytes: number) => provider.signDigest({ name: 'RSASSA-PKCS1-v1_5' }, privateKey, randomBytes(bytes));
    expect(await sign(256 - 11)).toHaveLength(256);
    expect(await outcome(sign(256 - 10))).toBe('operation_failed');
  });

  test('takes no digest of another length than its hash makes', async () => {
    const { privateKey } = await pair;
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' };
    expect(await outcome(provider.signDigest(algorithm, privateKey, digestOf('SHA-256')))).toBe('data_invalid');
  });
});

describe.each(curves)('ECDSA on %s', (namedCurve, noble) => {
  const algorithms: readonly Algorithm[] = [
    { ...generalPurpose.ec, namedCurve },
    { name: 'ECDSA', namedCurve },
  ];
  const usages = ['sign', 'verify'] as const;

  test.each(algorithms)('%o signs a digest: node:crypto verifies the message', async (algorithm) => {
    const { privateKey, publicKey } = await madePair(provider, algorithm, usages);
    const p1363 = { key: part(publicKey), dsaEncoding: 'ieee-p1363' } as const;
    for (const hash of hashes) {
      const digest = digestOf(hash);
      for (const params of [{ name: 'ECDSA' }, { name: 'ECDSA', hash }]) {
        const signature = await provider.signDigest(params, privateKey, digest);
        expect(verify(hashOf(hash).digest, message, p1363, signature)).toBe(true);
        expect(verify(hashOf(hash).digest, flipped(message, 0), p1363, signature)).toBe(false);
        expect(await provider.verify({ name: 'ECDSA', hash }, publicKey, signature, message)).toBe(true);
      }
    }
  });

  test('any bytes count as a digest, the first of them where there are more than the order has', async () => {
    const { privateKey, publicKey } = await madePair(provider, algorithms[0] as Algorithm, usages);
    const point = part(publicKey).export({ format: 'raw-public' } as never) as unknown as Buffer;
    for (const bytes of [1, 20, 31, 66, 67, 1024]) {
      const digest = randomBytes(bytes);
      const signature = await provider.signDigest({ name: 'ECDSA' }, privateKey, digest);
      expect(signature).toHaveLength(2 * noble.Point.Fn.BYTES);
      expect(noble.verify(signature, digest, point, { prehash: false, lowS: false })).toBe(true);
    }
  });

  test('many signatures all have their length, and none repeats', async () => {
    const { privateKey, publicKey } = await madePair(provider, algorithms[0] as Algorithm, usages);
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const signature = await provider.signDigest({ name: 'ECDSA' }, privateKey, digestOf('SHA-256'));
      expect(await provider.verify({ name: 'ECDSA', hash: 'SHA-256' }, publicKey, signature, message)).toBe(true);
      seen.add(Buffer.from(signature).toString('hex'));
    }
    expect(seen.size).toBe(300);
  });

  test('no digest, too long a one, and one that its hash does not make are refused', async () => {
    const { privateKey } = await madePair(provider, algorithms[0] as Algorithm, usages);
    const sign = (algorithm: Algorithm, bytes: number) =>
      outcome(provider.signDigest(algorithm, privateKey, randomBytes(bytes)));
    expect(await sign({ name: 'ECDSA' }, 0)).toBe('data_invalid');
    expect(await sign({ name: 'ECDSA' }, 1025)).toBe('data_invalid');
    expect(await sign({ name: 'ECDSA', hash: 'SHA-256' }, 20)).toBe('data_invalid');
    expect(await sign({ name: 'ECDSA', hash: 'MD5' }, 16)).toBe('not_supported');
  });
});

test('a digest that is a part of other memory is signed as itself', async () => {
  const { privateKey, publicKey } = await madePair(provider, { name: 'ECDSA', namedCurve: 'P-256' }, [
    'sign',
    'verify',
  ]);
  const pool = Buffer.concat([randomBytes(17), digestOf('SHA-256'), randomBytes(9)]);
  const signature = await provider.signDigest({ name: 'ECDSA' }, privateKey, pool.subarray(17, 17 + 32));
  expect(await provider.verify({ name: 'ECDSA', hash: 'SHA-256' }, publicKey, signature, message)).toBe(true);
});

test('a key that only verifies or derives signs no digest', async () => {
  const derives = await madePair(provider, generalPurpose.ec, ['deriveBits']);
  const digest = digestOf('SHA-256');
  expect(await outcome(provider.signDigest({ name: 'ECDSA' }, derives.privateKey, digest))).toBe('access_invalid');
  const { publicKey } = await madePair(provider, generalPurpose.ec, ['sign', 'verify']);
  expect(await outcome(provider.signDigest({ name: 'ECDSA' }, publicKey, digest))).toBe('access_invalid');
});

test.each(hashes)('a general-purpose secret makes an HMAC with %s', async (hash) => {
  const key = await madeSecret(provider, generalPurpose.secret);
  const tag = await provider.sign({ name: 'HMAC', hash }, key, message);
  expect(Buffer.from(tag)).toEqual(createHmac(hashOf(hash).digest, part(key)).update(message).digest());
  expect(await provider.verify({ name: 'HMAC', hash }, key, tag, message)).toBe(true);
  expect(await provider.verify({ name: 'HMAC', hash }, key, tag, flipped(message, 3))).toBe(false);
  const other = hash === 'SHA-256' ? 'SHA-384' : 'SHA-256';
  expect(await provider.verify({ name: 'HMAC', hash: other }, key, tag, message)).toBe(false);
});
