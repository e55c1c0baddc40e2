import { describe, expect, test } from 'vitest';
import { lostRpc } from '../client/test-lost-rpc.ts';
import type { Key } from '../generated/types.ts';
import { createCrypto } from './crypto.ts';
import { createRemoteKey } from './crypto-key.ts';
import { asksForPersistence, readPersistentName, refusePersistentName } from './persistent-name.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };

describe('the member ferro', () => {
  test('is absent from an ordinary algorithm', () => {
    expect(readPersistentName(algorithm)).toBeUndefined();
    expect(readPersistentName('Ed25519')).toBeUndefined();
    expect(readPersistentName({ ...algorithm, ferro: undefined })).toBeUndefined();
  });

  test('is converted as a dictionary of WebIDL', () => {
    const name = { toString: () => 'tokens/signing' };
    expect(readPersistentName({ ...algorithm, ferro: { name } })).toEqual({ name: 'tokens/signing' });
    const labels = { team: 'billing', tier: 1 };
    const read = readPersistentName({ ...algorithm, ferro: { name: 'a', labels, other: true } });
    expect(read).toEqual({ name: 'a', labels: { team: 'billing', tier: '1' } });
  });

  test('is read once, so that it cannot change between check and use', () => {
    const reads: PropertyKey[] = [];
    const record = (target: object, key: PropertyKey) => {
      reads.push(key);
      return Reflect.get(target, key);
    };
    const ferro = new Proxy({ name: 'a', labels: {} }, { get: record });
    readPersistentName(new Proxy({ ...algorithm, ferro }, { get: record }));
    expect(reads).toEqual(['ferro', 'name', 'labels']);
  });

  test.each([
    null,
    'tokens/signing',
    1,
    {},
    { name: Symbol('a') },
    { name: 'a', labels: 'b' },
    { name: 'a', labels: null },
  ])('of a wrong type is refused: %o', (ferro) => {
    expect(() => readPersistentName({ ...algorithm, ferro })).toThrow(TypeError);
  });
});

test('where no name can be given, asking for one is refused', () => {
  const named = { ...algorithm, ferro: { name: 'a' } };
  expect(() => refusePersistentName(named)).toThrow(expect.objectContaining({ code: 'not_supported' }));
  expect(() => refusePersistentName(algorithm)).not.toThrow();
  expect([named, algorithm, 'Ed25519', undefined].map(asksForPersistence)).toEqual([true, false, false, false]);
});

describe('a key that would die with its connection is not made under a name', () => {
  const rpc = lostRpc();
  const { subtle } = createCrypto(rpc);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const named = { ...hmac, ferro: { name: 'a' } };
  const data = new Uint8Array(32);

  function remote(name: string, type: Key['type'], usage: Key['usages'][number]): CryptoKey {
    const handle = `key_${'A'.repeat(22)}/1`;
    return createRemoteKey(rpc, { handle, type, extractable: false, algorithm: { name }, usages: [usage] }, undefined);
  }

  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: data, info: data };
  const base = remote('HKDF', 'secret', 'deriveKey');
  const kek = remote('AES-KW', 'secret', 'unwrapKey');
  const kem = remote('ML-KEM-768', 'private', 'decapsulateKey');
  const peer = remote('ML-KEM-768', 'public', 'encapsulateKey');
  type Call = (algorithm: typeof hmac) => Promise<unknown>;
  const calls: [name: string, call: Call][] = [
    ['importKey', (algorithm) => subtle.importKey('raw', data, algorithm, false, ['sign'])],
    ['deriveKey', (algorithm) => subtle.deriveKey(hkdf, base, algorithm, false, ['sign'])],
    ['unwrapKey', (algorithm) => subtle.unwrapKey('raw', data, kek, 'AES-KW', algorithm, false, ['sign'])],
    ['encapsulateKey', (algorithm) => subtle.encapsulateKey('ML-KEM-768', peer, algorithm, false, ['sign'])],
    ['decapsulateKey', (algorithm) => subtle.decapsulateKey('ML-KEM-768', kem, data, algorithm, false, ['sign'])],
  ];

  test('deriveKey from a key of the runtime', async () => {
    const local = await crypto.subtle.importKey('raw', data, 'HKDF', false, ['deriveKey']);
    const call = subtle.deriveKey(hkdf, local, named, false, ['sign']);
    await expect(call).rejects.toMatchObject({ name: 'NotSupportedError', cause: { code: 'not_supported' } });
  });

  test.each(calls)('%s', async (_name, call) => {
    await expect(call(named)).rejects.toMatchObject({ name: 'NotSupportedError', cause: { code: 'not_supported' } });
    await expect(call(hmac)).rejects.toMatchObject({ cause: { code: 'connection_lost' } });
  });
});
