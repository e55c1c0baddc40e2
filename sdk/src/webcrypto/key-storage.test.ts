import { describe, expect, test } from 'vitest';
import type { Rpc } from '../client/rpc.ts';
import { lostRpc } from '../client/test-lost-rpc.ts';
import { FerroHsmError } from '../errors.ts';
import type { Key, KeyRecord, PublicKey } from '../generated/types.ts';
import { createCrypto } from './crypto.ts';
import { createRemoteKey, remoteSlots } from './crypto-key.ts';

const native = globalThis.crypto.subtle;
const pair = await native.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
const publicKey: PublicKey = { format: 'spki', data: new Uint8Array(await native.exportKey('spki', pair.publicKey)) };
const id = `key_${'A'.repeat(22)}`;
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' };

const record: KeyRecord = {
  id,
  name: 'tokens/signing',
  owner: 'me',
  type: 'private',
  extractable: false,
  usages: ['sign', 'verify'],
  labels: {},
  createdAt: 0,
  updatedAt: 0,
  revision: 1,
  versions: [{ version: 1, state: 'active', algorithm: ecdsa, createdAt: 0, publicKey }],
};

const secret: KeyRecord = {
  ...record,
  name: 'vault/master',
  type: 'secret',
  usages: ['encrypt', 'decrypt'],
  versions: [{ version: 1, state: 'active', algorithm: { name: 'AES-GCM', length: 256 }, createdAt: 0 }],
};

const session: Key = {
  handle: `ses_${'B'.repeat(22)}`,
  type: 'private',
  extractable: false,
  algorithm: ecdsa,
  usages: ['sign'],
};

/** A connection that answers with the records, or refuses. */
function sidecarWith(...records: KeyRecord[]): Rpc {
  const call = async (method: string, { name, cursor }: { name?: string; cursor?: string }) => {
    if (method === 'keys.list') return cursor ? { records: [secret] } : { records: [record], nextCursor: 'two' };
    const found = records.find((candidate) => candidate.name === name || candidate.id === name);
    if (found === undefined) throw new FerroHsmError('not_found', name);
    return { record: found };
  };
  return { call, sessionNumber: 1, close: async () => undefined } as unknown as Rpc;
}

function storageOver(rpc: Rpc, publicKeys: 'local' | 'remote' = 'local') {
  return createCrypto(rpc, { publicKeys }).keyStorage;
}

const storage = storageOver(sidecarWith(record));
const secrets = storageOver(sidecarWith(secret));

test('keys gives the names of all pages', async () => {
  expect(await storage.keys()).toEqual(['tokens/signing', 'vault/master']);
});

describe('getItem', () => {
  test('opens a private key, its public half, and a secret key', async () => {
    const privateKey = await storage.getItem('tokens/signing');
    expect(remoteSlots(privateKey)?.handle).toBe(`${id}/1`);
    expect([privateKey.type, privateKey.extractable, privateKey.usages]).toEqual(['private', false, ['sign']]);
    const half = await storage.getItem('tokens/signing#public');
    expect([half.type, half.extractable, half.usages]).toEqual(['public', true, ['verify']]);
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await native.sign(algorithm, pair.privateKey, new Uint8Array(3));
    expect(await native.verify(algorithm, half, signature, new Uint8Array(3))).toBe(true);
    expect((await secrets.getItem('vault/master')).algorithm).toEqual({ name: 'AES-GCM', length: 256 });
  });

  test('narrows the usages to those that are asked for', async () => {
    const key = await secrets.getItem('vault/master', 'aes-gcm', false, ['decrypt']);
    expect(key.usages).toEqual(['decrypt']);
    const half = await storage.getItem('tokens/signing#public', ecdsa, true, ['verify']);
    expect(half.usages).toEqual(['verify']);
  });

  test.each([
    ['tokens/signing', { name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign'], 'InvalidAccessError'],
    ['tokens/signing', 'Ed25519', false, ['sign'], 'InvalidAccessError'],
    ['tokens/signing', ecdsa, false, ['verify'], 'InvalidAccessError'],
    ['tokens/signing', ecdsa, false, ['deriveBits'], 'InvalidAccessError'],
    ['tokens/signing#public', ecdsa, true, ['sign'], 'InvalidAccessError'],
    ['tokens/signing', ecdsa, true, ['sign'], 'NotAllowedError'],
    ['tokens/signing', 'FN-DSA-512', false, ['sign'], 'NotSupportedError'],
    ['tokens/signing', ecdsa, false, ['wrong'], 'TypeError'],
    ['tokens/signing', { name: 'ECDSA' }, false, ['sign'], 'TypeError'],
    ['tokens/other', undefined, false, undefined, 'NotFoundError'],
    ['tokens/signing#private', undefined, false, undefined, 'NotFoundError'],
  ])('%s as %o, extractable %s, for %o: %s %s', async (index, algorithm, extractable, usages, name) => {
    const opened = storage.getItem(index, algorithm as never, extractable, usages as never);
    await expect(opened).rejects.toMatchObject({ name });
  });

  test('finds no public half of a secret key', async () => {
    const refusal = { name: 'NotFoundError', cause: { code: 'not_found' } };
    await expect(secrets.getItem('vault/master#public')).rejects.toMatchObject(refusal);
  });
});

describe('indexOf, hasItem and setItem', () => {
  test.each(['local', 'remote'] as const)('know a named key and its public half, public keys %s', async (place) => {
    const keys = storageOver(sidecarWith(record), place);
    for (const index of ['tokens/signing', 'tokens/signing#public']) {
      const key = await keys.getItem(index);
      expect([await keys.indexOf(key), await keys.setItem(key), await keys.hasItem(key)]).toEqual([index, index, true]);
    }
  });

  test('know no key of the runtime, of the session, or of another connection', async () => {
    const rpc = sidecarWith(record);
    const stranger = await storageOver(sidecarWith(record)).getItem('tokens/signing');
    for (const key of [pair.publicKey, createRemoteKey(rpc, session, 1), stranger]) {
      const keys = storageOver(rpc);
      expect([await keys.indexOf(key), await keys.hasItem(key)]).toEqual([null, false]);
      await expect(keys.setItem(key)).rejects.toMatchObject({
        name: 'NotSupportedError',
        message: expect.stringContaining('cannot be made persistent afterwards'),
      });
    }
  });

  test('know no key that the caller may not see', async () => {
    const rpc = sidecarWith();
    const key = createRemoteKey(rpc, { ...session, handle: `${id}/1` }, undefined);
    expect(await storageOver(rpc).indexOf(key)).toBeNull();
  });

  test('refuse what is no key, and say when they could not ask', async () => {
    await expect(storage.indexOf({} as never)).rejects.toThrow(TypeError);
    const rpc = lostRpc();
    const key = createRemoteKey(rpc, { ...session, handle: `${id}/1` }, undefined);
    const failure = { name: 'OperationError', cause: { code: 'connection_lost' } };
    await expect(storageOver(rpc).hasItem(key)).rejects.toMatchObject(failure);
  });
});

test('nothing can be removed', async () => {
  const refusal = { name: 'NotSupportedError', cause: { code: 'not_supported' } };
  await expect(storage.removeItem('tokens/signing')).rejects.toMatchObject(refusal);
  await expect(storage.clear()).rejects.toMatchObject(refusal);
});
