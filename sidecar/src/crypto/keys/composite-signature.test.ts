import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { ed448 } from '@noble/curves/ed448.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { brainpoolP384r1 } from '@noble/curves/misc.js';
import { p256, p521 } from '@noble/curves/nist.js';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { describe, expect, test } from 'vitest';
import type { KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { encodeElement } from './der.ts';
import { exportKey, importKey } from './keys.ts';
import { generatePair, outcome } from './test-samples.ts';

const name = 'MLDSA65-Ed25519-SHA512';
const signing = { extractable: true, usages: ['sign'] as KeyUsage[] };
const verifying = { extractable: true, usages: ['verify'] as KeyUsage[] };
const usages: KeyUsage[] = ['sign', 'verify'];
const mlDsaSeedBytes = 32;

/** The uncompressed point of an ECPrivateKey, whose scalar starts at octet 7. */
function pointOf(curve: typeof p256, scalarBytes: number): (key: Uint8Array) => Uint8Array {
  return (key) => curve.getPublicKey(Uint8Array.from(key.subarray(7, 7 + scalarBytes)), false);
}

describe('the parts are those of the second implementations', () => {
  test.each([
    ['MLDSA65-Ed25519-SHA512', 'raw-seed', ml_dsa65, ed25519.getPublicKey],
    ['MLDSA87-Ed448-SHAKE256', 'raw-seed', ml_dsa87, ed448.getPublicKey],
    ['MLDSA44-ECDSA-P256-SHA256', 'raw-private', ml_dsa44, pointOf(p256, 32)],
    ['MLDSA87-ECDSA-P521-SHA512', 'raw-private', ml_dsa87, pointOf(p521, 66)],
    ['MLDSA87-ECDSA-brainpoolP384r1-SHA512', 'raw-private', ml_dsa87, pointOf(brainpoolP384r1, 48)],
  ] as const)('%s', async (algorithm, format, mlDsa, classicalPublic) => {
    const { privateKey, publicKey } = await generatePair({ name: algorithm }, usages);
    const secret = await exportKey(format, privateKey);
    const mlDsaPublic = mlDsa.keygen(Uint8Array.from(secret.subarray(0, mlDsaSeedBytes))).publicKey;
    const classical = classicalPublic(Uint8Array.from(secret.subarray(mlDsaSeedBytes)));
    expect(await exportKey('raw-public', publicKey)).toEqual(Buffer.concat([mlDsaPublic, classical]));
  });
});

describe('refusals', () => {
  const pair = generatePair({ name }, usages);
  const pkcs8With = async (key: LoadedKey, publicKey: Uint8Array) => {
    const fields = (await exportKey('pkcs8', key)).subarray(2);
    const version2 = Buffer.concat([Buffer.from('020101', 'hex'), fields.subarray(3)]);
    return encodeElement(0x30, version2, encodeElement(0x81, Buffer.of(0), publicKey));
  };

  test('a public key inside pkcs8 must be its own', async () => {
    const { privateKey, publicKey } = await pair;
    const raw = await exportKey('raw-public', publicKey);
    const right = await importKey('pkcs8', await pkcs8With(privateKey, raw), { name }, signing);
    expect(await exportKey('raw-seed', right)).toEqual(await exportKey('raw-seed', privateKey));
    const wrong = await pkcs8With(privateKey, Buffer.from(raw).fill(7, 1980));
    expect(await outcome(importKey('pkcs8', wrong, { name }, signing))).toBe('data_invalid');
  });

  test('keys of other algorithms and damaged ones', async () => {
    const { privateKey, publicKey } = await pair;
    const pkcs8 = Buffer.from(await exportKey('pkcs8', privateKey));
    const spki = Buffer.from(await exportKey('spki', publicKey));
    const oid = Buffer.from('2b06010505070630', 'hex');
    const otherOid = (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      copy[copy.indexOf(oid) + 7] = 0x31;
      return copy;
    };
    const classical = await exportKey('spki', (await generatePair({ name: 'Ed25519' }, usages)).publicKey);
    for (const bytes of [otherOid(pkcs8), Buffer.concat([pkcs8, Buffer.of(0)]), pkcs8.subarray(0, -1), spki]) {
      expect(await outcome(importKey('pkcs8', bytes, { name }, signing))).toBe('data_invalid');
    }
    for (const bytes of [otherOid(spki), classical, Buffer.alloc(0), pkcs8]) {
      expect(await outcome(importKey('spki', bytes, { name }, verifying))).toBe('data_invalid');
    }
    const partial = Buffer.from(spki);
    partial[partial.indexOf(Buffer.from('038207c100', 'hex')) + 4] = 1;
    expect(await outcome(importKey('spki', partial, { name }, verifying))).toBe('data_invalid');
  });

  test('octets after a seed or a public key', async () => {
    const { privateKey, publicKey } = await pair;
    const longer = async (format: 'raw-seed' | 'raw-public', key: LoadedKey) =>
      Buffer.concat([await exportKey(format, key), Buffer.of(0)]);
    const seeds = await longer('raw-seed', privateKey);
    expect(await outcome(importKey('raw-seed', seeds, { name }, signing))).toBe('data_invalid');
    const raw = await longer('raw-public', publicKey);
    expect(await outcome(importKey('raw-public', raw, { name }, verifying))).toBe('data_invalid');
  });

  test('there is no jwk form', async () => {
    const { privateKey } = await pair;
    expect(await outcome(exportKey('jwk', privateKey))).toBe('not_supported');
    expect(await outcome(importKey('jwk', Buffer.from('{}'), { name }, signing))).toBe('not_supported');
  });

  test('a format that the private key does not have', async () => {
    const { privateKey } = await pair;
    expect(await outcome(exportKey('raw-private', privateKey))).toBe('not_supported');
    const elliptic = await generatePair({ name: 'MLDSA44-ECDSA-P256-SHA256' }, usages);
    expect(await outcome(exportKey('raw-seed', elliptic.privateKey))).toBe('not_supported');
  });
});

/** What becomes of a composite whose classical half is these octets. */
async function withClassical(
  algorithm: string,
  format: 'raw-private' | 'raw-public',
  classical: Uint8Array,
): Promise<unknown> {
  const { privateKey, publicKey } = await generatePair({ name: algorithm.replace(/-.*/, '-Ed25519-SHA512') }, usages);
  const [own, attributes] =
    format === 'raw-public'
      ? [await exportKey('raw-public', publicKey), verifying]
      : [await exportKey('raw-seed', privateKey), signing];
  const bytes = Buffer.concat([own.subarray(0, -32), classical]);
  const imported = importKey(format, bytes, { name: algorithm }, attributes);
  return outcome(imported.then(({ parts }) => parts[1]?.asymmetricKeyType));
}

describe('the form of an elliptic curve key', () => {
  const algorithm = 'MLDSA44-ECDSA-P256-SHA256';
  const ecPrivateKey = (scalar: string, oid = '06082a8648ce3d030107') =>
    encodeElement(
      0x30,
      Buffer.from('020101', 'hex'),
      encodeElement(0x04, Buffer.from(scalar, 'hex')),
      encodeElement(0xa0, Buffer.from(oid, 'hex')),
    );
  const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
  const largest = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550';
  const one = '1'.padStart(64, '0');

  test.each([one, largest])('the scalar %s is taken', async (scalar) => {
    expect(await withClassical(algorithm, 'raw-private', ecPrivateKey(scalar))).toBe('ec');
  });

  test.each([
    ['zero', ecPrivateKey('0'.repeat(64))],
    ['the order', ecPrivateKey(order)],
    ['a scalar of another length', ecPrivateKey(`00${one}`)],
    ['another curve', ecPrivateKey(one, '06092b2403030208010107')],
    ['a scalar alone', Buffer.from(one, 'hex')],
    ['nothing', Buffer.alloc(0)],
  ])('%s is refused', async (_, classical) => {
    expect(await withClassical(algorithm, 'raw-private', classical)).toBe('data_invalid');
  });

  test('the public key inside is refused, as the draft leaves it out', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const withPublicKey = privateKey.export({ format: 'der', type: 'sec1' });
    expect(await withClassical(algorithm, 'raw-private', withPublicKey)).toBe('data_invalid');
  });

  test('a point is uncompressed and on the curve', async () => {
    const { publicKey } = p256.keygen();
    const point = Buffer.from(p256.Point.fromBytes(publicKey).toBytes(false));
    expect(await withClassical(algorithm, 'raw-public', point)).toBe('ec');
    const hybrid = Buffer.from(point).fill(6 + ((point[64] as number) & 1), 0, 1);
    const off = Buffer.from(point).fill((point[64] as number) ^ 1, 64);
    for (const bytes of [publicKey, hybrid, off, point.subarray(1), Buffer.concat([point, Buffer.of(0)])]) {
      expect(await withClassical(algorithm, 'raw-public', bytes)).toBe('data_invalid');
    }
  });
});

describe('the form of an RSA key', () => {
  const algorithm = 'MLDSA44-RSA2048-PSS-SHA256';
  const der = { format: 'der', type: 'pkcs1' } as const;
  const generate = (modulusLength: number) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
    return { privateKey: privateKey.export(der), publicKey: publicKey.export(der) };
  };
  const right = generate(2048);
  const shorter = generate(1024);

  test('RSAPrivateKey and RSAPublicKey are taken', async () => {
    expect(await withClassical(algorithm, 'raw-private', right.privateKey)).toBe('rsa');
    expect(await withClassical(algorithm, 'raw-public', right.publicKey)).toBe('rsa');
  });

  test('a modulus of another length is refused', async () => {
    expect(await withClassical(algorithm, 'raw-private', shorter.privateKey)).toBe('data_invalid');
    expect(await withClassical(algorithm, 'raw-public', shorter.publicKey)).toBe('data_invalid');
    expect(await withClassical('MLDSA65-RSA3072-PSS-SHA512', 'raw-public', right.publicKey)).toBe('data_invalid');
  });

  test('another encoding is refused', async () => {
    const pkcs8 = createPrivateKey({ key: right.privateKey, ...der }).export({ format: 'der', type: 'pkcs8' });
    const surplus = (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)]);
    for (const bytes of [surplus(right.privateKey), pkcs8, right.publicKey, Buffer.alloc(0)]) {
      expect(await withClassical(algorithm, 'raw-private', bytes)).toBe('data_invalid');
    }
    for (const bytes of [surplus(right.publicKey), right.privateKey, Buffer.alloc(0)]) {
      expect(await withClassical(algorithm, 'raw-public', bytes)).toBe('data_invalid');
    }
  });

  test('more than two primes are refused', async () => {
    const multiPrime = Buffer.from(right.privateKey);
    expect(multiPrime.subarray(4, 7)).toEqual(Buffer.from('020100', 'hex'));
    multiPrime[6] = 1;
    expect(await withClassical(algorithm, 'raw-private', multiPrime)).toBe('data_invalid');
  });

  test('a modulus that is not the product of the primes is refused', async () => {
    const modulus = Buffer.from(right.privateKey);
    modulus[11 + 100] = (modulus[11 + 100] as number) ^ 1;
    expect(await withClassical(algorithm, 'raw-private', modulus)).toBe('data_invalid');
  });
});
