import assert from 'node:assert/strict';
import { test } from 'vitest';
import { completeAlgorithm } from './key-algorithms.ts';

/** What the algorithm and usages must be good for: native WebCrypto makes a key of them. */
const native = ['ML-DSA-65', 'Ed25519', 'ML-KEM-768', 'MLKEM768-X25519', 'ECDSA', 'ECDH', 'X25519'];
const classic = ['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'RSA-OAEP', 'HMAC', 'AES-GCM', 'AES-CBC', 'AES-CTR', 'AES-KW'];

test.each([...native, ...classic])('the defaults of %s make a key', async (name) => {
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
