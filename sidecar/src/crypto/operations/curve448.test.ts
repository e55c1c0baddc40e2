import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { ed448, x448 } from '@noble/curves/ed448.js';
import { describe, expect, test } from 'vitest';
import type { LoadedKey } from '../key.ts';
import { derivationSchemes } from './derivations.ts';
import { signatureSchemes } from './signatures.ts';
import { descriptorOf } from './table.ts';
import { flipped, oracleKeyPair } from './test-keys.ts';

const message = randomBytes(100);

function loaded(name: string, part: KeyObject): LoadedKey {
  return { type: part.type, algorithm: { name }, extractable: false, usages: [], parts: [part] };
}

describe('Ed448', () => {
  const name = 'Ed448';
  const { sign, verify } = descriptorOf(signatureSchemes, name, 'signing');
  const seed = randomBytes(57);
  const privateKey = createPrivateKey({ key: seed, format: 'raw-private', asymmetricKeyType: 'ed448' });
  const signingKey = loaded(name, privateKey);
  const verifyingKey = loaded(name, createPublicKey(privateKey));

  test.each([0, 1, 255])('with a context of %d bytes equals the second implementation', (size) => {
    const context = new Uint8Array(randomBytes(size));
    const signature = ed448.sign(new Uint8Array(message), new Uint8Array(seed), { context });
    expect(new Uint8Array(sign({ name, context }, signingKey, message))).toEqual(signature);
    expect(verify({ name, context }, verifyingKey, signature, message)).toBe(true);
    expect(verify({ name, context: randomBytes(3) }, verifyingKey, signature, message)).toBe(false);
    expect(verify({ name, context }, verifyingKey, signature, flipped(message, 0))).toBe(false);
  });

  test('without a context is with an empty one', () => {
    const signature = sign({ name }, signingKey, message);
    expect(verify({ name, context: new Uint8Array() }, verifyingKey, signature, message)).toBe(true);
  });

  test('refuses a context of 256 bytes, and answers false to malformed signatures', () => {
    const context = Buffer.alloc(256);
    const signature = Buffer.from(sign({ name }, signingKey, message));
    expect(() => sign({ name, context }, signingKey, message)).toThrow('a context of 256 bytes');
    expect(() => verify({ name, context }, verifyingKey, signature, message)).toThrow('a context of 256 bytes');
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(114), signature.subarray(1), flipped(signature, 60)]) {
      expect(verify({ name }, verifyingKey, bytes, message)).toBe(false);
    }
  });
});

describe('X448', () => {
  const name = 'X448';
  const { derive } = descriptorOf(derivationSchemes, name, 'derivation');
  const ours = generateKeyPairSync('x448');

  test('equals the second implementation', () => {
    const theirs = x448.keygen();
    const key = Buffer.from(theirs.publicKey);
    const theirKey = createPublicKey({ key, format: 'raw-public', asymmetricKeyType: 'x448' });
    const point = new Uint8Array(ours.publicKey.export({ format: 'raw-public' }));
    const expected = x448.getSharedSecret(theirs.secretKey, point);
    const secret = derive({ name }, loaded(name, ours.privateKey), null, loaded(name, theirKey));
    expect(new Uint8Array(secret)).toEqual(expected);
  });

  test('refuses 449 bits, a key of X25519 and the point of small order 0', async () => {
    const privateKey = loaded(name, ours.privateKey);
    expect(() => derive({ name }, privateKey, 449, loaded(name, ours.publicKey))).toThrow(
      '449 bits of a secret of 448',
    );
    const { publicKey } = await oracleKeyPair({ name: 'X25519' }, ['deriveBits']);
    expect(() => derive({ name }, privateKey, null, publicKey.loaded)).toThrow('a X25519 public key');
    const zero = createPublicKey({ key: Buffer.alloc(56), format: 'raw-public', asymmetricKeyType: 'x448' });
    expect(() => derive({ name }, privateKey, null, loaded(name, zero))).toThrow('the operation failed');
  });
});
