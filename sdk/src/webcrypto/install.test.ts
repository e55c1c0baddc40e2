import { compactVerify, SignJWT } from 'jose';
import { afterEach, expect, test } from 'vitest';
import { lostRpc } from '../client/test-lost-rpc.ts';
import { createCrypto } from './crypto.ts';
import { createRemoteKey } from './crypto-key.ts';
import { install } from './install.ts';

const rpc = lostRpc();
const hsmCrypto = createCrypto(rpc);
const before = globalThis.crypto;
let uninstall: (() => void) | undefined;
afterEach(() => uninstall?.());

const remoteKey = createRemoteKey(
  rpc,
  {
    handle: `key_${'A'.repeat(22)}/1`,
    type: 'private',
    extractable: false,
    algorithm: { name: 'ECDSA', namedCurve: 'P-256' },
    usages: ['sign'],
  },
  undefined,
);

const token = (key: CryptoKey) => new SignJWT({ sub: 'me' }).setProtectedHeader({ alg: 'ES256' }).sign(key);

test('a library without injection works with native keys as before', async () => {
  uninstall = install(hsmCrypto);
  expect(globalThis.crypto).not.toBe(before);
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  await expect(compactVerify(await token(pair.privateKey), pair.publicKey)).resolves.toBeDefined();
  expect(await crypto.subtle.digest('SHA-1', new Uint8Array())).toHaveProperty('byteLength', 20);
  expect(crypto).toBeInstanceOf(Object.getPrototypeOf(before).constructor);
  expect(crypto.randomUUID()).toHaveLength(36);
});

test('a key of the sidecar takes its calls there, also as the peer of a key agreement', async () => {
  uninstall = install(hsmCrypto);
  await expect(token(remoteKey)).rejects.toMatchObject({ name: 'OperationError', cause: { code: 'connection_lost' } });
  const call = crypto.subtle.deriveBits({ name: 'ECDH', public: remoteKey }, remoteKey, 256);
  await expect(call).rejects.toMatchObject({ name: 'InvalidAccessError' });
});

test('the former crypto comes back', () => {
  install(hsmCrypto)();
  expect(globalThis.crypto).toBe(before);
});
