import { createPublicKey, type KeyObject, randomBytes, sign, webcrypto } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { describe, expect, test } from 'vitest';
import type { Algorithm, KeyUsage } from '../../generated/types.ts';
import { encodeElement } from './der.ts';
import { exportKey, importKey, loadKey, publicHalf, storeKey } from './keys.ts';
import { generatePair, outcome } from './test-samples.ts';

const signing = { extractable: true, usages: ['sign'] as KeyUsage[] };
const decapsulating = { extractable: true, usages: ['decapsulateBits'] as KeyUsage[] };
const usages: KeyUsage[] = ['sign', 'verify'];

test.each<[Algorithm, string[]]>([
  [{ name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: 'AQAB' }, ['n']],
  [{ name: 'ECDSA', namedCurve: 'P-384' }, ['x', 'y']],
  [{ name: 'Ed25519' }, ['x']],
  [{ name: 'ML-DSA-44' }, ['pub']],
])('a jwk with the public members of another key is refused: %o', async (algorithm, members) => {
  const [one, other] = await Promise.all(
    [1, 2].map(async () =>
      JSON.parse((await exportKey('jwk', (await generatePair(algorithm, usages)).privateKey)).toString()),
    ),
  );
  const mixed = { ...one, ...Object.fromEntries(members.map((member) => [member, other[member]])) };
  expect(await outcome(importKey('jwk', Buffer.from(JSON.stringify(mixed)), algorithm, signing))).toBe('data_invalid');
});

test.each(['RSASSA-PKCS1-v1_5', 'RSA-OAEP'])(
  'an RSA pkcs8 with the modulus of another key is refused: %s',
  async (name) => {
    const generation = { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: 'AQAB' };
    const [one, other] = await Promise.all([1, 2].map(async () => (await generatePair(generation, usages)).privateKey));
    const modulus = async (key: typeof one) =>
      Buffer.from(JSON.parse((await exportKey('jwk', key as never)).toString()).n, 'base64url');
    const pkcs8 = Buffer.from(await exportKey('pkcs8', one as never));
    const attributes = name === 'RSA-OAEP' ? { extractable: true, usages: ['decrypt'] as KeyUsage[] } : signing;
    const algorithm = { name, hash: 'SHA-256' };
    expect(await outcome(importKey('pkcs8', pkcs8, algorithm, attributes))).toMatchObject({ type: 'private' });
    (await modulus(other)).copy(pkcs8, pkcs8.indexOf(await modulus(one)));
    expect(await outcome(importKey('pkcs8', pkcs8, algorithm, attributes))).toBe('data_invalid');
  },
);

test('an Ed25519 pkcs8 with the public key of another key is refused', async () => {
  const seed = randomBytes(32);
  const pkcs8 = (publicKey: Uint8Array) =>
    encodeElement(
      0x30,
      Buffer.from('020101300506032b657004220420', 'hex'),
      seed,
      encodeElement(0x81, Buffer.of(0), publicKey),
    );
  const imported = await importKey('pkcs8', pkcs8(ed25519.getPublicKey(seed)), { name: 'Ed25519' }, signing);
  expect(storeKey(imported).bytes).toEqual(seed);
  const wrong = pkcs8(ed25519.getPublicKey(randomBytes(32)));
  expect(await outcome(importKey('pkcs8', wrong, { name: 'Ed25519' }, signing))).toBe('data_invalid');
});

describe('an expanded key, without its seed', () => {
  const pkcs8 = (oid: string, privateKey: Buffer) =>
    encodeElement(
      0x30,
      Buffer.from('020100', 'hex'),
      encodeElement(0x30, Buffer.from(oid, 'hex')),
      encodeElement(4, privateKey),
    );
  const mlKem = (...choice: Buffer[]) => pkcs8('0609608648016503040402', Buffer.concat(choice));
  const mlDsa = (...choice: Buffer[]) => pkcs8('0609608648016503040312', Buffer.concat(choice));
  const octets = (bytes: Uint8Array) => encodeElement(4, bytes);

  test('of ML-KEM decapsulates, is stored as PKCS#8 and leaves as PKCS#8 only', async () => {
    const { secretKey, publicKey } = ml_kem768.keygen(randomBytes(64));
    const key = await importKey('pkcs8', mlKem(octets(secretKey)), { name: 'ML-KEM-768' }, decapsulating);
    expect(await exportKey('raw-public', await publicHalf(key, []))).toEqual(Buffer.from(publicKey));
    const stored = storeKey(key);
    expect(stored.format).toBe('pkcs8');
    const loaded = loadKey(stored.format, stored.bytes, key.algorithm, decapsulating);
    expect(await exportKey('pkcs8', loaded)).toEqual(mlKem(octets(secretKey)));
    for (const format of ['raw-seed', 'jwk'] as const) {
      expect(await outcome(exportKey(format, loaded))).toBe('operation_failed');
    }
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey);
    const native = (loaded.parts[0] as KeyObject).toCryptoKey('ML-KEM-768' as never, false, [
      'decapsulateBits' as never,
    ]);
    const subtle = webcrypto.subtle as unknown as {
      decapsulateBits(name: string, key: object, ciphertext: Uint8Array): Promise<ArrayBuffer>;
    };
    expect(Buffer.from(await subtle.decapsulateBits('ML-KEM-768', native, cipherText))).toEqual(
      Buffer.from(sharedSecret),
    );
  });

  test('of ML-DSA signs', async () => {
    const { secretKey, publicKey } = ml_dsa65.keygen(randomBytes(32));
    const key = await importKey('pkcs8', mlDsa(octets(secretKey)), { name: 'ML-DSA-65' }, signing);
    const signature = sign(null, Buffer.from('message'), key.parts[0] as KeyObject);
    expect(ml_dsa65.verify(signature, Buffer.from('message'), publicKey)).toBe(true);
    expect(createPublicKey(key.parts[0] as KeyObject).export({ format: 'raw-public' })).toEqual(Buffer.from(publicKey));
  });

  test('must be whole, of the algorithm, and that of the seed beside it', async () => {
    const [one, other] = [1, 2].map(() => ml_kem768.keygen(randomBytes(64)));
    const mixed = Buffer.concat([
      (other as typeof one)?.secretKey.subarray(0, 1152) as Uint8Array,
      one?.secretKey.subarray(1152) as Uint8Array,
    ]);
    const refused = (data: Buffer, name: string) => outcome(importKey('pkcs8', data, { name }, decapsulating));
    expect(await refused(mlKem(octets(mixed)), 'ML-KEM-768')).toBe('data_invalid');
    expect(await refused(mlKem(octets(one?.secretKey as Uint8Array)), 'ML-KEM-512')).toBe('data_invalid');
    const both = encodeElement(0x30, octets(randomBytes(64)), octets(one?.secretKey as Uint8Array));
    expect(await refused(mlKem(both), 'ML-KEM-768')).toBe('data_invalid');
  });

  test('needs usages that fit', async () => {
    const data = mlDsa(octets(ml_dsa65.keygen(randomBytes(32)).secretKey));
    for (const wanted of [['verify'], []] as KeyUsage[][]) {
      const attributes = { extractable: true, usages: wanted };
      expect(await outcome(importKey('pkcs8', data, { name: 'ML-DSA-65' }, attributes))).toBe('syntax_invalid');
    }
  });
});
