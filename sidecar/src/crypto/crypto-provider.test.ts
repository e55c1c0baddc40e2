import { randomBytes, webcrypto } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import type { Algorithm, KeyFormat, KeyUsage } from '../generated/types.ts';
import { createCryptoProvider } from './crypto-provider.ts';
import type { LoadedKey, LoadedKeyPair } from './key.ts';

const { subtle } = webcrypto;
const provider = createCryptoProvider({ workers: 1, slowQueue: 4 });
afterAll(() => provider.close());

const message = randomBytes(50);
const rsa = { modulusLength: 2048, publicExponent: 'AQAB' };

async function generated(algorithm: Algorithm, usages: readonly KeyUsage[]): Promise<LoadedKeyPair> {
  return (await provider.generateKey(algorithm, { extractable: true, usages })) as LoadedKeyPair;
}

function secret(bytes: Uint8Array, algorithm: Algorithm, usages: readonly KeyUsage[]): Promise<LoadedKey> {
  return provider.importKey('raw', bytes, algorithm, { extractable: true, usages });
}

/** A key of the provider in native WebCrypto. */
async function natively(key: LoadedKey, format: 'raw' | 'pkcs8' | 'spki', algorithm: object, usages: KeyUsage[]) {
  const data = Buffer.from(await provider.exportKey(format, key));
  return subtle.importKey(format, data, algorithm as webcrypto.AlgorithmIdentifier, true, usages as never);
}

const signatures: readonly [Algorithm, Algorithm][] = [
  [
    { name: 'ECDSA', namedCurve: 'P-256' },
    { name: 'ECDSA', hash: 'SHA-256' },
  ],
  [{ name: 'Ed25519' }, { name: 'Ed25519' }],
  [{ name: 'Ed448' }, { name: 'Ed448', context: Buffer.from('invoices') }],
  [
    { name: 'RSA-PSS', ...rsa, hash: 'SHA-256' },
    { name: 'RSA-PSS', saltLength: 32 },
  ],
  [{ name: 'ML-DSA-65' }, { name: 'ML-DSA-65', context: Buffer.from('invoices') }],
];

test.each(signatures)('generated %o signs what native verifies', async (keyAlgorithm, algorithm) => {
  const { privateKey, publicKey } = await generated(keyAlgorithm, ['sign', 'verify']);
  const signature = Buffer.from(await provider.sign(algorithm, privateKey, message));
  const native = await natively(publicKey, 'spki', keyAlgorithm, ['verify']);
  expect(await subtle.verify(algorithm as never, native, signature, message)).toBe(true);
  expect(await provider.verify(algorithm, publicKey, signature, message)).toBe(true);
  expect(await provider.verify(algorithm, publicKey, signature, randomBytes(50))).toBe(false);
});

describe('a private key whose check takes a signature of SLH-DSA', () => {
  const algorithm = { name: 'SLH-DSA-SHA2-128f' };
  const wanted = { extractable: true, usages: ['sign'] } as const;
  const exported = (async () => {
    const { privateKey } = await generated(algorithm, ['sign', 'verify']);
    return { privateKey, data: await provider.exportKey('pkcs8', privateKey) };
  })();

  test('is imported in the slow lane', async () => {
    const { data } = await exported;
    await using narrow = { ...createCryptoProvider({ slowQueue: 1 }), [Symbol.asyncDispose]: () => narrow.close() };
    const imports = [1, 2].map(() => narrow.importKey('pkcs8', data, algorithm, wanted));
    const [first, second] = await Promise.allSettled(imports);
    expect(first).toMatchObject({ status: 'fulfilled', value: { type: 'private', ...wanted } });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'quota_exceeded' } });
  });

  test('is unwrapped in the slow lane', async () => {
    const { privateKey } = await exported;
    const kek = await secret(randomBytes(32), { name: 'AES-GCM' }, ['wrapKey', 'unwrapKey']);
    const wrap = { name: 'AES-GCM', iv: randomBytes(12) };
    const wrapped = await provider.wrapKey('pkcs8', privateKey, kek, wrap);
    await using narrow = { ...createCryptoProvider({ slowQueue: 1 }), [Symbol.asyncDispose]: () => narrow.close() };
    const unwraps = [1, 2].map(() => narrow.unwrapKey('pkcs8', wrapped, kek, wrap, algorithm, wanted));
    const outcomes = await Promise.allSettled(unwraps);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('keys that do not fit', () => {
  test.each([
    [{ name: 'ECDSA', hash: 'SHA-256' }, 'access_invalid'],
    [{ name: 'Ed449' }, 'not_supported'],
    [{ name: '__proto__' }, 'not_supported'],
  ] as const)('are refused to sign with %o', async (algorithm, code) => {
    const { privateKey, publicKey } = await generated({ name: 'Ed25519' }, ['sign', 'verify']);
    await expect(provider.sign(algorithm, privateKey, message)).rejects.toMatchObject({ code });
    await expect(provider.verify(algorithm, publicKey, message, message)).rejects.toMatchObject({ code });
  });

  test('are refused without the usage', async () => {
    const { privateKey, publicKey } = await generated({ name: 'Ed25519' }, ['sign', 'verify']);
    const refusal = { code: 'access_invalid' };
    await expect(provider.sign({ name: 'Ed25519' }, publicKey, message)).rejects.toMatchObject(refusal);
    await expect(provider.verify({ name: 'Ed25519' }, privateKey, message, message)).rejects.toMatchObject(refusal);
    const key = await secret(randomBytes(16), { name: 'AES-GCM' }, ['encrypt']);
    const algorithm = { name: 'AES-GCM', iv: randomBytes(12) };
    await expect(provider.decrypt(algorithm, key, message)).rejects.toMatchObject(refusal);
    await expect(provider.wrapKey('raw', key, key, algorithm)).rejects.toMatchObject(refusal);
  });

  test('AES-KW encrypts no data', async () => {
    const key = await secret(randomBytes(16), { name: 'AES-KW' }, ['wrapKey']);
    const refusal = { code: 'not_supported' };
    await expect(provider.encrypt({ name: 'AES-KW' }, key, message)).rejects.toMatchObject(refusal);
  });
});

const wrappings: readonly Algorithm[] = [
  { name: 'AES-GCM', iv: randomBytes(12) },
  { name: 'AES-CBC', iv: randomBytes(16) },
  { name: 'AES-CTR', counter: randomBytes(16), length: 64 },
  { name: 'AES-KW' },
];

describe.each(wrappings)('wrapping with $name against native subtle', (algorithm) => {
  const bytes = randomBytes(24);
  const carried = randomBytes(32);
  const usages: KeyUsage[] = ['wrapKey', 'unwrapKey'];

  test.each(['raw', 'jwk'] as const)('both directions as %s', async (format) => {
    const ours = await secret(bytes, { name: algorithm.name }, usages);
    const theirs = await subtle.importKey('raw', bytes, algorithm.name, false, usages as never);
    const attributes = { extractable: true, usages: ['encrypt'] as const };

    const key = await secret(carried, { name: 'AES-GCM' }, ['encrypt']);
    const wrapped = Buffer.from(await provider.wrapKey(format, key, ours, algorithm));
    const target = 'AES-GCM';
    const received = await subtle.unwrapKey(format, wrapped, theirs, algorithm as never, target, true, ['encrypt']);
    expect(Buffer.from(await subtle.exportKey('raw', received))).toEqual(carried);

    const native = Buffer.from(await subtle.wrapKey(format, received, theirs, algorithm as never));
    const unwrapped = await provider.unwrapKey(format, native, ours, algorithm, { name: target }, attributes);
    expect(Buffer.from(await provider.exportKey('raw', unwrapped))).toEqual(carried);
    expect(unwrapped).toMatchObject({ type: 'secret', extractable: true, usages: ['encrypt'] });

    native.writeUInt8(native.readUInt8(3) ^ 1, 3);
    if (algorithm.name === 'AES-GCM' || algorithm.name === 'AES-KW') {
      const changed = provider.unwrapKey(format, native, ours, algorithm, { name: target }, attributes);
      await expect(changed).rejects.toMatchObject({ code: 'operation_failed' });
    }
  });
});

test.each(['pkcs8', 'jwk'] as const satisfies KeyFormat[])(
  'AES-GCM wraps a private key as %s for native',
  async (format) => {
    const bytes = randomBytes(32);
    const algorithm = { name: 'AES-GCM', iv: randomBytes(12) };
    const ours = await secret(bytes, { name: 'AES-GCM' }, ['wrapKey']);
    const theirs = await subtle.importKey('raw', bytes, 'AES-GCM', false, ['unwrapKey']);
    const { privateKey, publicKey } = await generated({ name: 'Ed25519' }, ['sign', 'verify']);
    const wrapped = Buffer.from(await provider.wrapKey(format, privateKey, ours, algorithm));
    const received = await subtle.unwrapKey(format, wrapped, theirs, algorithm, 'Ed25519', false, ['sign']);
    const signature = new Uint8Array(await subtle.sign('Ed25519', received, message));
    expect(await provider.verify({ name: 'Ed25519' }, publicKey, signature, message)).toBe(true);
  },
);

test('RSA-OAEP wraps a secret key for native', async () => {
  const parameters = { name: 'RSA-OAEP', ...rsa, hash: 'SHA-256' };
  const { privateKey, publicKey } = await generated(parameters, ['wrapKey', 'unwrapKey']);
  const native = await natively(privateKey, 'pkcs8', parameters, ['unwrapKey']);
  const carried = randomBytes(32);
  const key = await secret(carried, { name: 'AES-GCM' }, ['encrypt']);
  const wrapped = Buffer.from(await provider.wrapKey('raw', key, publicKey, { name: 'RSA-OAEP' }));
  const received = await subtle.unwrapKey('raw', wrapped, native, 'RSA-OAEP', 'AES-GCM', true, ['encrypt']);
  expect(Buffer.from(await subtle.exportKey('raw', received))).toEqual(carried);
});

test('a key that is not extractable is not wrapped', async () => {
  const wrapping = await secret(randomBytes(16), { name: 'AES-KW' }, ['wrapKey']);
  const attributes = { extractable: false, usages: ['encrypt'] as const };
  const key = await provider.importKey('raw', randomBytes(16), { name: 'AES-GCM' }, attributes);
  const wrapped = provider.wrapKey('raw', key, wrapping, { name: 'AES-KW' });
  await expect(wrapped).rejects.toMatchObject({ code: 'access_invalid', detail: 'the key is not extractable' });
});

const attributes = { extractable: true, usages: ['encrypt', 'decrypt'] as const };
const aes256 = { name: 'AES-GCM', length: 256 };

describe('derived keys equal those of native subtle', () => {
  test('from ECDH', async () => {
    const algorithm = { name: 'ECDH', namedCurve: 'P-256' };
    const [ours, theirs] = await Promise.all([
      generated(algorithm, ['deriveKey']),
      generated(algorithm, ['deriveKey']),
    ]);
    const key = await provider.deriveKey({ name: 'ECDH' }, ours.privateKey, aes256, attributes, theirs.publicKey);
    const nativePrivate = await natively(theirs.privateKey, 'pkcs8', algorithm, ['deriveKey']);
    const nativePublic = await natively(ours.publicKey, 'spki', algorithm, []);
    const agreement = { name: 'ECDH', public: nativePublic };
    const native = await subtle.deriveKey(agreement, nativePrivate, aes256, true, ['encrypt']);
    expect(Buffer.from(await provider.exportKey('raw', key))).toEqual(
      Buffer.from(await subtle.exportKey('raw', native)),
    );
    expect(key).toMatchObject({ algorithm: aes256, usages: ['encrypt', 'decrypt'] });
  });

  test.each([aes256, { name: 'HMAC', hash: 'SHA-256' }, { name: 'HMAC', hash: 'SHA-512', length: 200 }])(
    'from HKDF to %o',
    async (target) => {
      const secretBytes = randomBytes(32);
      const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: randomBytes(8), info: Buffer.from('test') };
      const usages: KeyUsage[] = target.name === 'HMAC' ? ['sign'] : ['encrypt'];
      const noExport = { extractable: false, usages: ['deriveKey'] as const };
      const base = await provider.importKey('raw', secretBytes, { name: 'HKDF' }, noExport);
      const key = await provider.deriveKey(algorithm, base, target, { extractable: true, usages });
      const nativeBase = await subtle.importKey('raw', secretBytes, 'HKDF', false, ['deriveKey']);
      const native = await subtle.deriveKey(algorithm, nativeBase, target, true, usages as never);
      const expected = Buffer.from(await subtle.exportKey('raw', native));
      expect(Buffer.from(await provider.exportKey('raw', key))).toEqual(expected);
    },
  );

  test('deriveBits needs its own usage', async () => {
    const noExport = { extractable: false, usages: ['deriveKey'] as const };
    const base = await provider.importKey('raw', message, { name: 'HKDF' }, noExport);
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: message, info: message };
    await expect(provider.deriveBits(algorithm, base, 256)).rejects.toMatchObject({ code: 'access_invalid' });
  });
});

describe.each(['ML-KEM-512', 'ML-KEM-768', 'ML-KEM-1024', 'MLKEM768-X25519', 'MLKEM768-P256', 'MLKEM1024-P384'])(
  'keys encapsulated with %s',
  (name) => {
    const usages: KeyUsage[] = ['encapsulateKey', 'encapsulateBits', 'decapsulateKey', 'decapsulateBits'];

    test('are the same on both sides, and for native', async () => {
      const { privateKey, publicKey } = await generated({ name }, usages);
      const { sharedKey, ciphertext } = await provider.encapsulateKey({ name }, publicKey, aes256, attributes);
      const received = await provider.decapsulateKey({ name }, privateKey, ciphertext, aes256, attributes);
      const seed = Buffer.from(await provider.exportKey('raw-seed', privateKey));
      const native = await subtle.importKey('raw-seed' as never, seed, name, false, ['decapsulateBits'] as never);
      const bits = Buffer.from(await subtle.decapsulateBits(name as never, native, Buffer.from(ciphertext)));
      for (const key of [sharedKey, received]) {
        expect(Buffer.from(await provider.exportKey('raw', key))).toEqual(bits);
      }
    });

    test('need the right half and usage', async () => {
      const { privateKey, publicKey } = await generated({ name }, ['encapsulateBits', 'decapsulateBits']);
      const refusal = { code: 'access_invalid' };
      await expect(provider.encapsulateBits({ name }, privateKey)).rejects.toMatchObject(refusal);
      await expect(provider.decapsulateBits({ name }, publicKey, message)).rejects.toMatchObject(refusal);
      const toKey = provider.encapsulateKey({ name }, publicKey, aes256, attributes);
      await expect(toKey).rejects.toMatchObject(refusal);
    });
  },
);
