import { randomBytes } from 'node:crypto';
import type { FerroHsm, KeyUsage } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireClient } from '../wire/wire-client.ts';
import { liveSidecar } from './live-sidecar.ts';

const sidecar = liveSidecar();
let hsm: FerroHsm;
beforeAll(async () => {
  hsm = await sidecar.connect({ publicKeys: 'remote' });
});
afterAll(() => hsm.close());

const aes = { name: 'AES-GCM', length: 256 };
const encrypt: KeyUsage[] = ['encrypt'];
const kem = 'ML-KEM-768';

async function kemPair(): Promise<CryptoKeyPair> {
  const usages: KeyUsage[] = ['encapsulateKey', 'encapsulateBits', 'decapsulateKey', 'decapsulateBits'];
  return (await hsm.subtle.generateKey(kem, false, usages)) as CryptoKeyPair;
}

/** A key by every operation that makes one. */
const makers: readonly [string, (extractable: boolean) => Promise<CryptoKey>][] = [
  ['generateKey', async (extractable) => (await hsm.subtle.generateKey(aes, extractable, encrypt)) as CryptoKey],
  ['importKey', (extractable) => hsm.subtle.importKey('raw', randomBytes(32), 'AES-GCM', extractable, encrypt)],
  [
    'deriveKey',
    async (extractable) => {
      const input = await hsm.subtle.importKey('raw', randomBytes(32), 'HKDF', false, ['deriveKey']);
      const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: randomBytes(8), info: randomBytes(8) };
      return hsm.subtle.deriveKey(hkdf, input, aes, extractable, encrypt);
    },
  ],
  [
    'encapsulateKey',
    async (extractable) => {
      const { publicKey } = await kemPair();
      return (await hsm.subtle.encapsulateKey(kem, publicKey, 'AES-GCM', extractable, encrypt)).sharedKey;
    },
  ],
  [
    'decapsulateKey',
    async (extractable) => {
      const { privateKey, publicKey } = await kemPair();
      const { ciphertext } = await hsm.subtle.encapsulateBits(kem, publicKey);
      return hsm.subtle.decapsulateKey(kem, privateKey, ciphertext, 'AES-GCM', extractable, encrypt);
    },
  ],
  [
    'unwrapKey',
    async (extractable) => {
      const kw = { name: 'AES-KW', length: 256 };
      const wrapping = (await hsm.subtle.generateKey(kw, false, ['wrapKey', 'unwrapKey'])) as CryptoKey;
      const key = (await hsm.subtle.generateKey(aes, true, encrypt)) as CryptoKey;
      const wrapped = await hsm.subtle.wrapKey('raw', key, wrapping, 'AES-KW');
      return hsm.subtle.unwrapKey('raw', wrapped, wrapping, 'AES-KW', 'AES-GCM', extractable, encrypt);
    },
  ],
];

test.each(makers)('extractable is what was asked for: %s', async (_, make) => {
  const open = await make(true);
  expect(open.extractable).toBe(true);
  expect((await hsm.subtle.exportKey('raw', open)).byteLength).toBe(32);
  const closed = await make(false);
  expect(closed.extractable).toBe(false);
  await expect(hsm.subtle.exportKey('raw', closed)).rejects.toMatchObject({ name: 'InvalidAccessError' });
});

test('extractable cannot be won back from a JWK that says no', async () => {
  const jwk = { kty: 'oct', k: randomBytes(32).toString('base64url'), ext: false };
  const refused = hsm.subtle.importKey('jwk', jwk, 'AES-GCM', true, encrypt);
  await expect(refused).rejects.toMatchObject({ name: 'DataError' });
  expect((await hsm.subtle.importKey('jwk', jwk, 'AES-GCM', false, encrypt)).extractable).toBe(false);
});

test('extractable is kept by the sidecar, whatever the client', async () => {
  const client = await WireClient.greeted(sidecar.process.socket);
  const params = { algorithm: aes, extractable: false, usages: ['encrypt', 'wrapKey'] };
  const { result } = await client.call('subtle.generateKey', params);
  const { handle, extractable } = (result as { key: { handle: string; extractable: boolean } }).key;
  expect(extractable).toBe(false);
  const wrapAlgorithm = { name: 'AES-GCM', iv: randomBytes(12).toString('base64url') };
  for (const format of ['raw', 'jwk']) {
    const exported = await client.call('subtle.exportKey', { format, key: handle });
    const wrapped = await client.call('subtle.wrapKey', { format, key: handle, wrappingKey: handle, wrapAlgorithm });
    expect([exported.error?.data.code, wrapped.error?.data.code]).toEqual(['access_invalid', 'access_invalid']);
  }
  await client.close();
});
