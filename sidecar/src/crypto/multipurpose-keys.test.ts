import { createPublicKey, randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import type { Algorithm, KeyUsage } from '../generated/types.ts';
import { createCryptoProvider } from './crypto-provider.ts';
import { firstPart } from './operations/key-part.ts';
import { generalPurpose, madePair, madeSecret, outcome } from './test-multipurpose.ts';

const provider = createCryptoProvider({ workers: 1 });
afterAll(() => provider.close());

const { rsa, ec, aes, secret } = generalPurpose;
const data = randomBytes(32);

describe.each<[Algorithm, string, readonly KeyUsage[], readonly KeyUsage[]]>([
  [rsa, 'pkcs8', ['sign', 'decrypt', 'unwrapKey'], ['verify', 'encrypt', 'wrapKey']],
  [ec, 'raw-private', ['sign', 'deriveKey', 'deriveBits'], ['verify']],
])('a general-purpose pair: %o', (algorithm, format, privateUsages, publicUsages) => {
  const pair = madePair(provider, algorithm);

  test('has the usages of all that it computes, each half its own', async () => {
    const { privateKey, publicKey } = await pair;
    expect(privateKey).toMatchObject({ type: 'private', algorithm, usages: privateUsages });
    expect(publicKey).toMatchObject({ type: 'public', algorithm, usages: publicUsages });
  });

  test('is stored and loaded', async () => {
    const { privateKey } = await pair;
    const stored = provider.store(privateKey);
    expect(stored.format).toBe(format);
    const { extractable, usages } = privateKey;
    const loaded = provider.load(stored.format, stored.bytes, privateKey.algorithm, { extractable, usages });
    expect(loaded).toMatchObject({ type: 'private', algorithm, usages: privateUsages });
    expect(firstPart(loaded).equals(firstPart(privateKey))).toBe(true);
  });

  test('comes and goes as PKCS#8 and SPKI, not as a jwk, which names one algorithm', async () => {
    const { privateKey, publicKey } = await pair;
    const pkcs8 = await provider.exportKey('pkcs8', privateKey);
    const spki = await provider.exportKey('spki', publicKey);
    const again = await provider.importKey('pkcs8', pkcs8, algorithm, { extractable: false, usages: privateUsages });
    expect(again).toMatchObject({ type: 'private', algorithm, extractable: false, usages: privateUsages });
    const half = await provider.importKey('spki', spki, algorithm, { extractable: true, usages: publicUsages });
    expect(half).toMatchObject({ type: 'public', algorithm, usages: publicUsages });
    expect(await outcome(provider.exportKey('jwk', privateKey))).toBe('not_supported');
    const jwk = Buffer.from(JSON.stringify(firstPart(publicKey).export({ format: 'jwk' })));
    const importing = provider.importKey('jwk', jwk, algorithm, { extractable: true, usages: publicUsages });
    expect(await outcome(importing)).toBe('not_supported');
  });

  test('its private half has a public one', async () => {
    const { privateKey, publicKey } = await pair;
    const half = await provider.publicKey(privateKey, publicUsages);
    expect(half).toMatchObject({ type: 'public', algorithm, usages: publicUsages });
    const described = await provider.describePublic(privateKey);
    const key = createPublicKey({ key: Buffer.from(described.data), format: 'der', type: 'spki' });
    expect(key.equals(firstPart(publicKey))).toBe(true);
    expect(await outcome(provider.publicKey(privateKey, ['sign']))).toBe('syntax_invalid');
  });
});

test.each<[Algorithm, readonly KeyUsage[]]>([
  [rsa, ['deriveBits']],
  [rsa, ['verify', 'encrypt']],
  [ec, ['encrypt']],
  [aes, ['sign']],
  [secret, ['encrypt']],
  [secret, []],
])('%o has no usages %o', async (algorithm, usages) => {
  expect(await outcome(provider.generateKey(algorithm, { extractable: false, usages }))).toBe('syntax_invalid');
});

test('one usage alone is enough, also one that the algorithm it is shown as does not have', async () => {
  const { privateKey } = await madePair(provider, rsa, ['decrypt']);
  expect(privateKey.usages).toEqual(['decrypt']);
  expect(await provider.exportKey('pkcs8', privateKey)).not.toHaveLength(0);
  expect(await outcome(provider.sign({ name: 'RSA-PSS', saltLength: 32 }, privateKey, data))).toBe('access_invalid');
});

test.each(['AES-CBC', 'RSA-PSS', 'RSA-OAEP', 'ECDH', 'Ed25519', 'ML-DSA-65', 'AES-ECB', 'RSA-RAW', 'constructor'])(
  'there is no general-purpose key of %s',
  async (name) => {
    const algorithm = { ...rsa, length: 256, namedCurve: 'P-256', name, multipurpose: true } as const;
    const making = provider.generateKey(algorithm, { extractable: false, usages: ['sign'] });
    expect(await outcome(making)).toBe('not_supported');
  },
);

describe('a key of one algorithm', () => {
  const rsaOf = (name: string, usages: readonly KeyUsage[]) =>
    madePair(provider, { name, hash: 'SHA-256', modulusLength: 2048, publicExponent: 'AQAB' }, usages);
  const iv = randomBytes(16);

  test('computes nothing else', async () => {
    const signing = (await rsaOf('RSASSA-PKCS1-v1_5', ['sign', 'verify'])).privateKey;
    const decrypting = (await rsaOf('RSA-OAEP', ['encrypt', 'decrypt'])).privateKey;
    const elliptic = (await madePair(provider, { name: 'ECDSA', namedCurve: 'P-256' }, ['sign', 'verify'])).privateKey;
    const gcm = await madeSecret(provider, { name: 'AES-GCM', length: 256 });
    const cbc = await madeSecret(provider, { name: 'AES-CBC', length: 256 }, ['encrypt', 'decrypt']);
    const block = randomBytes(256);
    const refused = [
      provider.sign({ name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 }, signing, data),
      provider.decrypt({ name: 'RSA-RAW' }, signing, block),
      provider.decrypt({ name: 'RSA-RAW' }, decrypting, block),
      provider.decrypt({ name: 'RSAES-PKCS1-v1_5' }, decrypting, block),
      provider.decrypt({ name: 'RSA-OAEP', mgfHash: 'SHA-1' }, decrypting, block),
      provider.decrypt({ name: 'RSA-OAEP', mgfHash: 'SHA-256' }, decrypting, block),
      provider.deriveBits({ name: 'ECDH' }, elliptic, null, elliptic),
      provider.encrypt({ name: 'AES-ECB' }, gcm, data),
      provider.encrypt({ name: 'AES-ECB' }, cbc, data),
      provider.encrypt({ name: 'AES-CBC', iv }, gcm, data),
      provider.encrypt({ name: 'AES-CBC', iv, padding: false }, cbc, data),
      provider.decrypt({ name: 'AES-CBC', iv, padding: false }, cbc, data),
    ];
    const outcomes = await Promise.all(refused.map(outcome));
    expect(outcomes).toEqual(outcomes.map(() => 'access_invalid'));
  });

  test('keeps to its hash, whatever it is told', async () => {
    const { privateKey, publicKey } = await rsaOf('RSASSA-PKCS1-v1_5', ['sign', 'verify']);
    const signature = await provider.sign({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' }, privateKey, data);
    expect(await provider.verify({ name: 'RSASSA-PKCS1-v1_5' }, publicKey, signature, data)).toBe(true);
    const key = await madeSecret(provider, { name: 'HMAC', hash: 'SHA-512' });
    expect(await provider.sign({ name: 'HMAC', hash: 'SHA-1' }, key, data)).toHaveLength(64);
    const ready = provider.signDigest({ name: 'RSASSA-PKCS1-v1_5' }, privateKey, randomBytes(51));
    expect(await outcome(ready)).toBe('data_invalid');
  });
});
