import assert from 'node:assert/strict';
import { test } from 'vitest';
import { completeAlgorithm } from './key-algorithms.ts';

/** What the algorithm and usages must be good for: native WebCrypto makes a key of them. */
const native = ['ML-DSA-65', 'Ed25519', 'ML-KEM-768', 'MLKEM768-X25519', 'ECDSA', 'ECDH', 'X25519'];
const classic = ['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'RSA-OAEP', 'HMAC', 'AES-GCM', 'AES-CBC', 'AES-CTR', 'AES-KW'];
const modern = ['AES-OCB', 'ChaCha20-Poly1305', 'KMAC128', 'KMAC256'];

test.each([...native, ...classic, ...modern])('the defaults of %s make a key', async (name) => {
  const { algorithm, usages } = completeAlgorithm(name, {}, []);
  const parameters = algorithm as unknown as RsaHashedKeyGenParams;
  const key = await crypto.subtle.generateKey(parameters, false, [...usages] as KeyUsage[]);
  assert.equal(('privateKey' in key ? key.privateKey : key).algorithm.name, name);
});

test.each(['MLDSA44-RSA2048-PSS-SHA256', 'MLDSA65-ECDSA-brainpoolP256r1-SHA512', 'MLDSA87-Ed448-SHAKE256'])(
  'a composite %s signs and verifies and has no parameters',
  (name) => {
    assert.deepEqual(completeAlgorithm(name, {}, []), { algorithm: { name }, usages: ['sign', 'verify'] });
    assert.throws(() => completeAlgorithm(name, { modulusLength: 2048 }, []), { exitStatus: 2 });
  },
);

test.each([
  ['SHA3-256', 256],
  ['SHA3-384', 384],
  ['sha3-512', 512],
])('an HMAC key with %s is as long as the digest, unless a length is named', async (hash, length) => {
  const { algorithm, usages } = completeAlgorithm('HMAC', { hash }, []);
  const parameters = algorithm as unknown as HmacKeyGenParams;
  const key = await crypto.subtle.generateKey(parameters, true, [...usages] as KeyUsage[]);
  assert.equal((await crypto.subtle.exportKey('raw', key)).byteLength * 8, length);
  assert.equal(completeAlgorithm('HMAC', { hash, length: 1024 }, []).algorithm.length, 1024);
});

test.each(['RSA-PSS', 'RSASSA-PKCS1-v1_5', 'RSA-OAEP'])('%s takes a SHA-3 hash', async (name) => {
  const { algorithm, usages } = completeAlgorithm(name, { hash: 'SHA3-384', modulusLength: 2048 }, []);
  const parameters = algorithm as unknown as RsaHashedKeyGenParams;
  const { privateKey } = await crypto.subtle.generateKey(parameters, false, [...usages] as KeyUsage[]);
  assert.deepEqual((privateKey.algorithm as RsaHashedKeyAlgorithm).hash, { name: 'SHA3-384' });
});

test.each([
  ['ChaCha20-Poly1305', { length: 256 }],
  ['KMAC128', { hash: 'SHA-256' }],
  ['AES-OCB', { hash: 'SHA-256' }],
])('%s does not have the parameter %o', (name, parameter) => {
  assert.throws(() => completeAlgorithm(name, parameter, []), { exitStatus: 2 });
});

test('what the user says goes before the defaults', () => {
  const { algorithm, usages } = completeAlgorithm('RSA-PSS', { modulusLength: 4096, hash: undefined }, ['sign']);
  assert.deepEqual(algorithm, {
    name: 'RSA-PSS',
    modulusLength: 4096,
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
  });
  assert.deepEqual(usages, ['sign']);
});

test('a parameter that the algorithm does not have is refused', () => {
  assert.throws(() => completeAlgorithm('Ed25519', { namedCurve: 'P-256' }, []), {
    message: '--curve does not go with Ed25519',
    exitStatus: 2,
  });
});

test('an unknown algorithm is passed on, but its usages are not guessed', () => {
  assert.throws(() => completeAlgorithm('FALCON-512', {}, []), { exitStatus: 2 });
  assert.deepEqual(completeAlgorithm('FALCON-512', {}, ['sign']).algorithm, { name: 'FALCON-512' });
});

test('who mistypes a name is told the one that was meant', () => {
  assert.throws(() => completeAlgorithm('ML-DSA-56', {}, []), { exitStatus: 2, hint: 'did you mean ML-DSA-65?' });
  assert.throws(() => completeAlgorithm('ED25591', {}, ['sign']), { exitStatus: 2, hint: 'did you mean Ed25519?' });
});
