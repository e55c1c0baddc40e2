import { describe, expect, test } from 'vitest';
import { lostRpc } from '../client/test-lost-rpc.ts';
import { FerroHsmError } from '../errors.ts';
import type { Key } from '../generated/types.ts';
import { Crypto, createCrypto } from './crypto.ts';
import { createRemoteKey } from './crypto-key.ts';
import { methodNames, SubtleCrypto } from './subtle-crypto.ts';

const native = globalThis.crypto.subtle;
const rpc = lostRpc(2);
const crypto = createCrypto(rpc);
const { subtle } = crypto;
const data = new TextEncoder().encode('data');

const hmac: Key = {
  handle: `key_${'A'.repeat(22)}/1`,
  type: 'secret',
  extractable: false,
  algorithm: { name: 'HMAC', hash: 'SHA-256', length: 256 },
  usages: ['sign'],
};

async function rejection(promise: Promise<unknown>): Promise<Error & { cause?: unknown }> {
  return promise.then(
    () => expect.fail('resolved'),
    (error: Error) => error,
  );
}

describe('the interface', () => {
  test.each(methodNames)('%s has the shape of the runtime', (name) => {
    const ours = Object.getOwnPropertyDescriptor(SubtleCrypto.prototype, name);
    const theirs = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(native), name);
    expect({ ...ours, value: undefined }).toEqual({ ...theirs, value: undefined });
    expect([ours?.value.name, ours?.value.length]).toEqual([name, theirs?.value.length]);
  });

  test.each(methodNames)('%s rejects a wrong this and missing arguments', async (name) => {
    const method = Reflect.get(SubtleCrypto.prototype, name) as (...args: unknown[]) => Promise<unknown>;
    expect(await rejection(method.call(native))).toBeInstanceOf(TypeError);
    expect(await rejection(method.call(undefined))).toBeInstanceOf(TypeError);
    expect(await rejection(method.call(subtle))).toBeInstanceOf(TypeError);
  });

  test('cannot be constructed', () => {
    expect(() => new SubtleCrypto()).toThrow('Illegal constructor');
    expect(() => new Crypto()).toThrow('Illegal constructor');
    expect(Object.prototype.toString.call(subtle)).toBe('[object SubtleCrypto]');
    expect(Object.prototype.toString.call(crypto)).toBe('[object Crypto]');
    expect(SubtleCrypto.name).toBe('SubtleCrypto');
    expect(crypto.subtle).toBe(subtle);
  });

  test('has local randomness', () => {
    const random = crypto.getRandomValues(new Uint8Array(32));
    expect(random).not.toEqual(new Uint8Array(32));
    expect(crypto.randomUUID()).toMatch(/^[0-9a-f-]{36}$/);
    expect(() => Reflect.apply(crypto.getRandomValues, crypto, [])).toThrow(TypeError);
    expect(() => Reflect.apply(crypto.randomUUID, {}, [])).toThrow(TypeError);
  });
});

describe('bad arguments', () => {
  const bad: [method: string, ...args: unknown[]][] = [
    ['generateKey', 'AES', true, ['encrypt']],
    ['generateKey', {}, true, ['encrypt']],
    ['generateKey', null, true, []],
    ['generateKey', { name: 'AES-GCM', length: 256 }, true, ['wrong']],
    ['generateKey', { name: 'AES-GCM', length: 256 }, true, 'encrypt'],
    ['generateKey', { name: 'AES-GCM', length: -1 }, true, []],
    ['generateKey', { name: 'HMAC', hash: 'MD5' }, true, ['sign']],
    ['importKey', 'wrong', data, 'AES-GCM', true, []],
    ['importKey', 'raw', {}, 'AES-GCM', true, []],
    ['importKey', 'raw', data, 'nothing', true, []],
    ['importKey', 'jwk', 'text', 'AES-GCM', true, []],
    ['importKey', 'spki', data, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']],
    ['importKey', 'spki', data, 'Ed25519', true, ['encrypt']],
    ['exportKey', 'raw', {}],
    ['sign', 'HMAC', {}, data],
    ['deriveBits', 'HKDF', {}, 8],
    ['digest', 'nothing', data],
    ['digest', 'SHA-256', 'text'],
  ];

  test.each(bad)('%s(%j, ...) is refused as by the runtime', async (method: string, ...args: unknown[]) => {
    const call = (on: object) =>
      rejection((Reflect.get(on, method) as (...a: unknown[]) => Promise<unknown>).apply(on, args));
    const ours = await call(subtle);
    const theirs = await call(native);
    expect(ours.name).toBe(theirs.name);
    expect(ours instanceof DOMException).toBe(theirs instanceof DOMException);
  });

  test('what user code throws passes unchanged', async () => {
    const thrown = new RangeError('mine');
    const algorithm = {
      get name(): string {
        throw thrown;
      },
    };
    expect(await rejection(subtle.generateKey(algorithm, true, []))).toBe(thrown);
  });

  test('a JWK is no buffer, a buffer no JWK', async () => {
    expect(await rejection(subtle.importKey('jwk', data as never, 'AES-GCM', true, []))).toBeInstanceOf(TypeError);
    expect(await rejection(subtle.importKey('raw', { kty: 'oct' } as never, 'AES-GCM', true, []))).toBeInstanceOf(
      TypeError,
    );
  });
});

describe('calls without a key of the sidecar', () => {
  test('stay in the runtime', async () => {
    expect(await subtle.digest('SHA-256', data)).toEqual(await native.digest('SHA-256', data));
    const key = await native.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);
    expect(await subtle.verify('HMAC', key, await subtle.sign('HMAC', key, data), data)).toBe(true);
    expect(await subtle.exportKey('jwk', key)).toEqual(await native.exportKey('jwk', key));
  });

  test('public keys are imported as keys of the runtime', async () => {
    const pair = (await native.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
    const signature = await native.sign('Ed25519', pair.privateKey, data);
    const jwk = await native.exportKey('jwk', pair.publicKey);
    const imported = [
      await subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify']),
      await subtle.importKey('spki', await native.exportKey('spki', pair.publicKey), 'Ed25519', true, ['verify']),
      await subtle.importKey('raw', await native.exportKey('raw', pair.publicKey), 'Ed25519', true, ['verify']),
    ];
    for (const key of imported) expect(await native.verify('Ed25519', key, signature, data)).toBe(true);
  });
});

describe('calls for the sidecar', () => {
  const named = createRemoteKey(rpc, hmac, undefined);

  test.each([
    ['generateKey', () => subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt'])],
    ['a secret key', () => subtle.importKey('raw', data, 'HKDF', false, ['deriveBits'])],
    ['a private key', () => subtle.importKey('jwk', { kty: 'OKP', d: 'AA' }, 'Ed25519', false, ['sign'])],
    [
      'an algorithm that the runtime lacks',
      () => subtle.importKey('spki', data, 'SLH-DSA-SHA2-128s', true, ['verify']),
    ],
    ['a named key', () => subtle.sign('HMAC', named, data)],
  ])('%s', async (_what, call) => {
    const error = await rejection(call());
    expect(error).toBeInstanceOf(DOMException);
    expect(error.name).toBe('OperationError');
    expect(error.cause).toBeInstanceOf(FerroHsmError);
    expect(error.cause).toMatchObject({ code: 'connection_lost' });
  });

  test('need the usage and the algorithm of the key', async () => {
    expect((await rejection(subtle.verify('HMAC', named, data, data))).name).toBe('InvalidAccessError');
    expect((await rejection(subtle.sign('Ed25519', named, data))).name).toBe('InvalidAccessError');
  });

  test('take no key of another connection', async () => {
    const foreign = createRemoteKey(lostRpc(), hmac, undefined);
    expect((await rejection(subtle.sign('HMAC', foreign, data))).name).toBe('InvalidAccessError');
  });

  test('take no session key of an earlier connection', async () => {
    const key = createRemoteKey(rpc, { ...hmac, handle: `ses_${'A'.repeat(22)}` }, 1);
    const error = await rejection(subtle.sign('HMAC', key, data));
    expect(error).toMatchObject({ name: 'InvalidAccessError', cause: { code: 'not_found' } });
  });

  test('cannot be lent a native key that is not extractable', async () => {
    const wrapping = createRemoteKey(rpc, { ...hmac, algorithm: { name: 'AES-KW' }, usages: ['wrapKey'] }, undefined);
    const secret = await native.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt']);
    const error = await rejection(subtle.wrapKey('raw', secret, wrapping, 'AES-KW'));
    expect(error.name).toBe('InvalidAccessError');
    expect(error.message).toContain('not extractable');
  });
});
