import { KeyObject } from 'node:crypto';
import { types } from 'node:util';
import { describe, expect, test } from 'vitest';
import { lostRpc } from '../client/test-lost-rpc.ts';
import type { Key } from '../generated/types.ts';
import { isNativeKey } from '../local/native-crypto.ts';
import { createRemoteKey, cryptoKey, remoteSlots } from './crypto-key.ts';

const record: Key = {
  handle: `ses_${'A'.repeat(22)}`,
  type: 'private',
  extractable: false,
  algorithm: { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: 'AQAB' },
  usages: ['sign'],
};
const key = createRemoteKey(lostRpc(), record, 1);

describe('a key of the sidecar', () => {
  test('is a CryptoKey to libraries', () => {
    expect(key).toBeInstanceOf(CryptoKey);
    expect(Object.prototype.toString.call(key)).toBe('[object CryptoKey]');
    expect(key.constructor).toBe(CryptoKey);
  });

  test('shows algorithm and usages as WebCrypto does, the same objects each time', () => {
    expect(key.type).toBe('private');
    expect(key.extractable).toBe(false);
    expect(key.algorithm).toEqual({
      name: 'RSA-PSS',
      hash: { name: 'SHA-256' },
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    });
    expect(key.algorithm).toBe(key.algorithm);
    expect(key.usages).toEqual(['sign']);
    expect(key.usages).toBe(key.usages);
  });

  test('has nothing of its own to read, enumerate or serialize', () => {
    expect(Reflect.ownKeys(key)).toEqual([]);
    expect(JSON.stringify(key)).toBe('{}');
  });

  test('is refused by the runtime', async () => {
    expect(types.isCryptoKey(key)).toBe(false);
    expect(isNativeKey(key)).toBe(false);
    await expect(crypto.subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, key, new Uint8Array())).rejects.toThrow(
      TypeError,
    );
    expect(() => KeyObject.from(key as never)).toThrow(TypeError);
  });

  test('cannot be constructed or forged', () => {
    const Constructor = Object.getPrototypeOf(key).constructor as new () => CryptoKey;
    expect(() => new Constructor()).toThrow(TypeError);
    const forged = Object.create(Object.getPrototypeOf(key));
    expect(remoteSlots(forged)).toBeUndefined();
    expect(() => cryptoKey(forged, 'key')).toThrow(TypeError);
    expect(() => forged.type).toThrow(TypeError);
  });
});

test('a CryptoKey is one of the sidecar or one of the runtime', async () => {
  const native = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt']);
  expect(cryptoKey(native, 'key')).toBe(native);
  expect(cryptoKey(key, 'key')).toBe(key);
  for (const other of [{}, null, undefined, 'key', { type: 'secret' }, CryptoKey.prototype]) {
    expect(() => cryptoKey(other, 'key')).toThrow(TypeError);
  }
});
