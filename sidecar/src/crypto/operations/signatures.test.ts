import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import { slh_dsa_sha2_128f, slh_dsa_sha2_192f, slh_dsa_shake_128f } from '@noble/post-quantum/slh-dsa.js';
import { describe, expect, test } from 'vitest';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { signatureSchemes } from './signatures.ts';
import { descriptorOf } from './table.ts';
import { flipped, type OracleKeyPair, oracleKeyPair, oracleSecret } from './test-keys.ts';

const { subtle } = webcrypto;
const message = randomBytes(200);
const context = Buffer.from('invoices');

function signed(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Uint8Array {
  return descriptorOf(signatureSchemes, algorithm.name, 'signing').sign(algorithm, key, data);
}

function verified(algorithm: Algorithm, key: LoadedKey, signature: Uint8Array, data: Uint8Array): boolean {
  return descriptorOf(signatureSchemes, algorithm.name, 'verification').verify(algorithm, key, signature, data);
}

const rsa = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const hashes = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'];

interface Case {
  readonly title: string;
  readonly key: { readonly name: string };
  readonly algorithm: Algorithm;
}

const cases: Case[] = [
  ...hashes.map((hash) => named('RSASSA-PKCS1-v1_5', { ...rsa, hash })),
  ...hashes.map((hash) => named('RSA-PSS', { ...rsa, hash }, { saltLength: 32 })),
  named('RSA-PSS', { ...rsa, hash: 'SHA-256' }, { saltLength: 0 }),
  ...['P-256', 'P-384', 'P-521'].flatMap((namedCurve) =>
    hashes.map((hash) => named('ECDSA', { namedCurve }, { hash })),
  ),
  named('Ed25519'),
  named('Ed448'),
  named('Ed448', {}, { context }),
  ...['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'].flatMap((name) => [named(name), named(name, {}, { context })]),
];

function named(name: string, key: object = {}, parameters: Partial<Algorithm> = {}): Case {
  const title = `${name} ${JSON.stringify({ ...key, ...parameters, publicExponent: undefined })}`;
  return { title, key: { name, ...key }, algorithm: { name, ...parameters } };
}

describe.each(cases)('$title against native subtle', ({ key, algorithm }) => {
  const pair: Promise<OracleKeyPair> = oracleKeyPair(key, ['sign', 'verify']);

  test('verifies what native signed, and nothing else', async () => {
    const { privateKey, publicKey } = await pair;
    const signature = new Uint8Array(await subtle.sign(algorithm, privateKey.native, message));
    expect(verified(algorithm, publicKey.loaded, signature, message)).toBe(true);
    expect(verified(algorithm, publicKey.loaded, signature, flipped(message, 0))).toBe(false);
    for (const index of [0, signature.length >> 1, signature.length - 1]) {
      expect(verified(algorithm, publicKey.loaded, flipped(signature, index), message)).toBe(false);
    }
  });

  test('signs what native verifies', async () => {
    const { privateKey, publicKey } = await pair;
    const signature = Buffer.from(signed(algorithm, privateKey.loaded, message));
    expect(await subtle.verify(algorithm, publicKey.native, signature, message)).toBe(true);
    expect(await subtle.verify(algorithm, publicKey.native, flipped(signature, 9), message)).toBe(false);
  });

  test('answers false to malformed signatures', async () => {
    const { privateKey, publicKey } = await pair;
    const signature = Buffer.from(signed(algorithm, privateKey.loaded, message));
    const malformed = [
      Buffer.alloc(0),
      Buffer.of(0),
      Buffer.alloc(signature.length),
      Buffer.alloc(signature.length, 0xff),
      signature.subarray(1),
      signature.subarray(0, -1),
      Buffer.concat([signature, Buffer.of(0)]),
    ];
    for (const bytes of malformed) expect(verified(algorithm, publicKey.loaded, bytes, message)).toBe(false);
  });
});

describe.each(hashes)('HMAC with %s against native subtle', (hash) => {
  const algorithm = { name: 'HMAC' };
  const key = oracleSecret({ name: 'HMAC', hash } as { name: string }, ['sign', 'verify'], randomBytes(40));

  test('gives the same tag, and verifies it alone', async () => {
    const { native, loaded } = await key;
    const tag = Buffer.from(await subtle.sign('HMAC', native, message));
    expect(Buffer.from(signed(algorithm, loaded, message))).toEqual(tag);
    expect(verified(algorithm, loaded, tag, message)).toBe(true);
    expect(verified(algorithm, loaded, flipped(tag, 3), message)).toBe(false);
    expect(verified(algorithm, loaded, tag.subarray(0, -1), message)).toBe(false);
    expect(verified(algorithm, loaded, tag, flipped(message, 7))).toBe(false);
  });
});

describe('RSA-PSS salt', () => {
  const pair = oracleKeyPair({ name: 'RSA-PSS', ...rsa, hash: 'SHA-256' } as { name: string }, ['sign', 'verify']);

  test.each([223, 2 ** 31, 2 ** 32 - 1])(
    'of %d bytes fails to sign and verifies nothing, as natively',
    async (saltLength) => {
      const { privateKey, publicKey } = await pair;
      const algorithm = { name: 'RSA-PSS', saltLength };
      expect(() => signed(algorithm, privateKey.loaded, message)).toThrow('the operation failed');
      await expect(subtle.sign(algorithm, privateKey.native, message)).rejects.toThrow();
      expect(verified(algorithm, publicKey.loaded, Buffer.alloc(256, 1), message)).toBe(false);
    },
  );

  test('of another length does not verify', async () => {
    const { privateKey, publicKey } = await pair;
    const signature = signed({ name: 'RSA-PSS', saltLength: 32 }, privateKey.loaded, message);
    expect(verified({ name: 'RSA-PSS', saltLength: 31 }, publicKey.loaded, signature, message)).toBe(false);
  });
});

describe('Ed25519 with points of small order', () => {
  const points = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  ].map((hex) => Buffer.from(hex, 'hex'));

  test.each(points.map((point) => [point.toString('hex')]))('%s verifies nothing, as natively', async (hex) => {
    const publicKey = Buffer.from(hex, 'hex');
    const native = await subtle.importKey('raw', publicKey, 'Ed25519', true, ['verify']);
    const part = createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType: 'ed25519' });
    const loaded: LoadedKey = {
      type: 'public',
      algorithm: { name: 'Ed25519' },
      extractable: true,
      usages: ['verify'],
      parts: [part],
    };
    for (const r of points) {
      const signature = Buffer.concat([r, Buffer.alloc(32)]);
      for (const data of [Buffer.alloc(0), Buffer.from('a'), message]) {
        expect(verified({ name: 'Ed25519' }, loaded, signature, data)).toBe(false);
        expect(await subtle.verify('Ed25519', native, signature, data)).toBe(false);
      }
    }
  });
});

describe('context', () => {
  test('of another use does not verify; more than 255 bytes are refused', async () => {
    const { privateKey, publicKey } = await oracleKeyPair({ name: 'ML-DSA-44' }, ['sign', 'verify']);
    const name = 'ML-DSA-44';
    const signature = signed({ name, context }, privateKey.loaded, message);
    expect(verified({ name }, publicKey.loaded, signature, message)).toBe(false);
    expect(verified({ name, context: Buffer.from('orders') }, publicKey.loaded, signature, message)).toBe(false);
    const longest = { name, context: Buffer.alloc(255) };
    const withLongest = signed(longest, privateKey.loaded, message);
    expect(verified(longest, publicKey.loaded, withLongest, message)).toBe(true);
    const tooLong = { name, context: Buffer.alloc(256) };
    expect(() => signed(tooLong, privateKey.loaded, message)).toThrow('a context of 256 bytes');
    expect(() => verified(tooLong, publicKey.loaded, signature, message)).toThrow('a context of 256 bytes');
  });
});

const slhDsaOracles = { 'SLH-DSA-SHA2-128f': slh_dsa_sha2_128f, 'SLH-DSA-SHA2-192f': slh_dsa_sha2_192f };

describe.each(Object.entries({ ...slhDsaOracles, 'SLH-DSA-SHAKE-128f': slh_dsa_shake_128f }))(
  '%s against the second implementation',
  (name, oracle) => {
    const { secretKey, publicKey } = oracle.keygen();
    const asymmetricKeyType = name.toLowerCase() as 'slh-dsa-sha2-128f';
    const verifyingKey = slhKey('public', createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType }));

    function slhKey(type: 'public' | 'private', part: LoadedKey['parts'][number]): LoadedKey {
      return { type, algorithm: { name }, extractable: true, usages: [], parts: [part] };
    }

    test('verifies its signature, and nothing else', () => {
      const signature = oracle.sign(message, secretKey, { context });
      const algorithm = { name, context };
      expect(verified(algorithm, verifyingKey, signature, message)).toBe(true);
      expect(verified({ name }, verifyingKey, signature, message)).toBe(false);
      expect(verified(algorithm, verifyingKey, flipped(signature, 20), message)).toBe(false);
      expect(verified(algorithm, verifyingKey, signature.subarray(1), message)).toBe(false);
    });

    test('signs what it verifies', () => {
      const signingKey = createPrivateKey({ key: secretKey, format: 'raw-private', asymmetricKeyType });
      const signature = signed({ name, context }, slhKey('private', signingKey), message);
      expect(oracle.verify(signature, message, publicKey, { context })).toBe(true);
    });
  },
);
