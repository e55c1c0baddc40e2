import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PublicKey } from '../generated/types.ts';
import { encapsulateWithNoble, verifyWithNoble } from './noble-public-keys.ts';

const data = new TextEncoder().encode('data');
const bytes = (source: ArrayBuffer | Uint8Array) => new Uint8Array(source);

// The types do not know the Modern Algorithms draft.
type ModernSubtle = Pick<SubtleCrypto, 'exportKey'> & {
  generateKey(algorithm: string, extractable: boolean, usages: string[]): Promise<CryptoKeyPair>;
  decapsulateBits(algorithm: string, key: CryptoKey, ciphertext: Uint8Array): Promise<ArrayBuffer>;
  exportKey(format: string, key: CryptoKey): Promise<ArrayBuffer>;
};
const native = globalThis.crypto.subtle as unknown as ModernSubtle;

function nativePair(name: string) {
  return generateKeyPairSync(name.toLowerCase() as 'ml-dsa-65', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
}

describe('signatures of OpenSSL', () => {
  const slhDsa = ['SHA2', 'SHAKE'].flatMap((family) =>
    ['128s', '128f', '192s', '192f', '256s', '256f'].map((set) => `SLH-DSA-${family}-${set}`),
  );

  test.each(['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87', ...slhDsa])('%s', async (name) => {
    const pair = nativePair(name);
    const publicKey: PublicKey = { format: 'spki', data: bytes(pair.publicKey) };
    const key = createPrivateKey({ key: pair.privateKey, format: 'der', type: 'pkcs8' });
    const signature = bytes(sign(null, data, key));
    const verify = (signed: Uint8Array, context?: Uint8Array) =>
      verifyWithNoble(context === undefined ? { name } : { name, context }, publicKey, signed, data);
    expect(await verify(signature)).toBe(true);
    expect(await verify(signature, new Uint8Array())).toBe(true);
    expect(await verify(signature, Uint8Array.of(1))).toBe(false);
    expect(await verify(signature.with(0, (signature[0] as number) ^ 1))).toBe(false);
    for (const length of [0, signature.length - 1]) expect(await verify(signature.slice(0, length))).toBe(false);
    expect(await verify(new Uint8Array(signature.length + 1))).toBe(false);
  });

  test('with a context', async () => {
    const pair = nativePair('ML-DSA-65');
    const publicKey: PublicKey = { format: 'spki', data: bytes(pair.publicKey) };
    const key = createPrivateKey({ key: pair.privateKey, format: 'der', type: 'pkcs8' });
    const context = new Uint8Array(255).fill(5);
    const signature = bytes(sign(null, data, { key, context } as { key: typeof key }));
    expect(await verifyWithNoble({ name: 'ML-DSA-65', context }, publicKey, signature, data)).toBe(true);
    expect(await verifyWithNoble({ name: 'ML-DSA-65' }, publicKey, signature, data)).toBe(false);
    const longer = { name: 'ML-DSA-65', context: new Uint8Array(256) };
    expect(await verifyWithNoble(longer, publicKey, signature, data)).toBeUndefined();
  });
});

describe('what is encapsulated here, OpenSSL opens', () => {
  test.each([
    ['ML-KEM-512', 'spki'],
    ['ML-KEM-768', 'spki'],
    ['ML-KEM-1024', 'spki'],
    ['MLKEM768-X25519', 'raw-public'],
    ['MLKEM768-P256', 'raw-public'],
    ['MLKEM1024-P384', 'raw-public'],
  ] as const)('%s', async (name, format) => {
    const pair = await native.generateKey(name, true, ['encapsulateBits', 'decapsulateBits']);
    const publicKey: PublicKey = { format, data: bytes(await native.exportKey(format, pair.publicKey)) };
    const encapsulated = await encapsulateWithNoble(name, publicKey);
    if (encapsulated === undefined) throw new Error(`${name} is not known`);
    const opened = await native.decapsulateBits(name, pair.privateKey, encapsulated.ciphertext);
    expect(bytes(opened)).toEqual(encapsulated.sharedKey);
  });
});

test('other algorithms are the sidecar’s', async () => {
  const publicKey: PublicKey = { format: 'spki', data };
  expect(await verifyWithNoble({ name: 'Ed448' }, publicKey, data, data)).toBeUndefined();
  expect(await encapsulateWithNoble('RSA-OAEP', publicKey)).toBeUndefined();
});
