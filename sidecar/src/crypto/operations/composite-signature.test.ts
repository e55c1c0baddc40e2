import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { describe, expect, test } from 'vitest';
import type { LoadedKey } from '../key.ts';
import { mlDsa65Ed25519 } from './composite-signature.ts';
import { flipped } from './oracle-keys.ts';
import { vectorTest } from './published-vectors.ts';

const name = 'MLDSA65-Ed25519-SHA512';
const mlDsaBytes = 3309;
const message = randomBytes(100);
const context = Buffer.from('invoices');
const mlDsaSeed = randomBytes(32);
const edSeed = randomBytes(32);
const oracle = { mlDsa: ml_dsa65.keygen(mlDsaSeed), edPublic: ed25519.getPublicKey(edSeed) };

function publicKey(mlDsaPublic: Uint8Array, edPublic: Uint8Array): LoadedKey {
  return key('public', [
    createPublicKey({ key: Buffer.from(mlDsaPublic), format: 'raw-public', asymmetricKeyType: 'ml-dsa-65' }),
    createPublicKey({ key: Buffer.from(edPublic), format: 'raw-public', asymmetricKeyType: 'ed25519' }),
  ]);
}

function key(type: 'private' | 'public', parts: LoadedKey['parts']): LoadedKey {
  return { type, algorithm: { name }, extractable: true, usages: [], parts };
}

const signingKey = key('private', [
  createPrivateKey({ key: mlDsaSeed, format: 'raw-seed', asymmetricKeyType: 'ml-dsa-65' }),
  createPrivateKey({ key: edSeed, format: 'raw-private', asymmetricKeyType: 'ed25519' }),
]);
const verifyingKey = publicKey(oracle.mlDsa.publicKey, oracle.edPublic);

/** M' of the draft, computed by the second implementation. */
function representative(data: Uint8Array, applicationContext: Uint8Array): Uint8Array {
  return Buffer.concat([
    Buffer.from('CompositeAlgorithmSignatures2025'),
    Buffer.from('COMPSIG-MLDSA65-Ed25519-SHA512'),
    Buffer.of(applicationContext.length),
    applicationContext,
    sha512(data),
  ]);
}

const inner = { context: Buffer.from('COMPSIG-MLDSA65-Ed25519-SHA512') };

describe('against the second implementation', () => {
  test('verifies what it signed', () => {
    const representation = representative(message, context);
    const signature = Buffer.concat([
      ml_dsa65.sign(representation, oracle.mlDsa.secretKey, inner),
      ed25519.sign(representation, edSeed),
    ]);
    expect(mlDsa65Ed25519.verify({ name, context }, verifyingKey, signature, message)).toBe(true);
    expect(mlDsa65Ed25519.verify({ name }, verifyingKey, signature, message)).toBe(false);
  });

  test('signs what both its halves verify', () => {
    const signature = mlDsa65Ed25519.sign({ name, context }, signingKey, message);
    const representation = representative(message, context);
    const [first, second] = [signature.subarray(0, mlDsaBytes), signature.subarray(mlDsaBytes)];
    expect(ml_dsa65.verify(first, representation, oracle.mlDsa.publicKey, inner)).toBe(true);
    expect(ed25519.verify(second, representation, oracle.edPublic)).toBe(true);
  });
});

describe('refuses', () => {
  const signature = Buffer.from(mlDsa65Ed25519.sign({ name }, signingKey, message));
  const verifies = (bytes: Uint8Array, data: Uint8Array = message, by: LoadedKey = verifyingKey) =>
    mlDsa65Ed25519.verify({ name }, by, bytes, data);

  test('nothing of a whole signature', () => expect(verifies(signature)).toBe(true));

  test.each([0, mlDsaBytes - 1, mlDsaBytes, mlDsaBytes + 63])('a changed bit in byte %d', (index) => {
    expect(verifies(flipped(signature, index))).toBe(false);
  });

  test('another message', () => expect(verifies(signature, flipped(message, 0))).toBe(false));

  test('either half alone, and both in the wrong order', () => {
    const [first, second] = [signature.subarray(0, mlDsaBytes), signature.subarray(mlDsaBytes)];
    for (const bytes of [first, second, Buffer.concat([second, first]), Buffer.alloc(0)]) {
      expect(verifies(bytes)).toBe(false);
    }
  });

  test('a half of another message', () => {
    const other = Buffer.from(mlDsa65Ed25519.sign({ name }, signingKey, Buffer.from('other')));
    const [first, second] = [signature.subarray(0, mlDsaBytes), signature.subarray(mlDsaBytes)];
    expect(verifies(Buffer.concat([first, other.subarray(mlDsaBytes)]))).toBe(false);
    expect(verifies(Buffer.concat([other.subarray(0, mlDsaBytes), second]))).toBe(false);
  });

  test('a half by another key', () => {
    const otherMlDsa = publicKey(ml_dsa65.keygen(randomBytes(32)).publicKey, oracle.edPublic);
    const otherEd = publicKey(oracle.mlDsa.publicKey, ed25519.getPublicKey(randomBytes(32)));
    expect(verifies(signature, message, otherMlDsa)).toBe(false);
    expect(verifies(signature, message, otherEd)).toBe(false);
  });

  test('halves that were signed by themselves, outside the composite', () => {
    const stripped = Buffer.concat([ml_dsa65.sign(message, oracle.mlDsa.secretKey), ed25519.sign(message, edSeed)]);
    expect(verifies(stripped)).toBe(false);
    expect(ed25519.verify(signature.subarray(mlDsaBytes), message, oracle.edPublic)).toBe(false);
  });

  test('a context of 256 bytes', () => {
    const long = { name, context: Buffer.alloc(256) };
    expect(() => mlDsa65Ed25519.sign(long, signingKey, message)).toThrow('a context of 256 bytes');
  });
});

interface CompositeVectors {
  readonly m: string;
  readonly ctx: string;
  readonly tests: readonly { readonly tcId: string; readonly pk: string; s: string; sWithContext: string }[];
}

vectorTest<CompositeVectors>('vectors of the LAMPS draft', 'composite-sigs/testvectors.json', (vectors) => {
  const base64 = (text: string) => Buffer.from(text, 'base64');
  const vector = vectors.tests.find(({ tcId }) => tcId === `id-${name}`);
  if (vector === undefined) throw new Error(`no vector id-${name}`);
  const mlDsaPublicBytes = 1952;
  const published = publicKey(
    base64(vector.pk).subarray(0, mlDsaPublicBytes),
    base64(vector.pk).subarray(mlDsaPublicBytes),
  );
  const data = base64(vectors.m);
  const withContext = { name, context: base64(vectors.ctx) };
  expect(mlDsa65Ed25519.verify({ name }, published, base64(vector.s), data)).toBe(true);
  expect(mlDsa65Ed25519.verify(withContext, published, base64(vector.sWithContext), data)).toBe(true);
  expect(mlDsa65Ed25519.verify({ name }, published, base64(vector.sWithContext), data)).toBe(false);
});
