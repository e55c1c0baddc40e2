import { describe, expect, test } from 'vitest';
import { FerroHsmError } from '../errors.ts';
import type { KeyRecord, KeyVersion, PublicKey } from '../generated/types.ts';
import { createCrypto } from '../webcrypto/crypto.ts';
import { remoteSlots } from '../webcrypto/crypto-key.ts';
import { Keys } from './keys.ts';
import type { Rpc } from './rpc.ts';
import { lostRpc } from './test-lost-rpc.ts';

const { subtle } = globalThis.crypto;
const pair = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
const publicKey: PublicKey = { format: 'spki', data: new Uint8Array(await subtle.exportKey('spki', pair.publicKey)) };
const id = `key_${'A'.repeat(22)}`;

function version(number: number, state: KeyVersion['state']): KeyVersion {
  return { version: number, state, algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, createdAt: 0, publicKey };
}

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
  versions: [version(1, 'active'), version(2, 'active'), version(3, 'pre-activation')],
};

const secret: KeyRecord = {
  ...record,
  type: 'secret',
  usages: ['encrypt', 'decrypt'],
  versions: [{ version: 1, state: 'active', algorithm: { name: 'AES-GCM', length: 256 }, createdAt: 0 }],
};

const sent: [method: string, params: Record<string, unknown>][] = [];

/** A connection on which each call is answered by the next of the answers. */
function answering(...answers: unknown[]): Rpc {
  sent.length = 0;
  const call = async (method: string, params: Record<string, unknown>) => {
    sent.push([method, params]);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { call, sessionNumber: 1, close: async () => undefined } as unknown as Rpc;
}

function keysOver(rpc: Rpc, publicKeys: 'local' | 'remote' = 'local'): Keys {
  return new Keys(rpc, createCrypto(rpc, { publicKeys }));
}

describe('an opened key', () => {
  test('is pinned to its newest active version, usages split between the halves', async () => {
    const key = await keysOver(lostRpc()).open(record);
    expect(remoteSlots(key.privateKey)).toMatchObject({ handle: `${id}/2`, sessionNumber: undefined });
    expect(key.privateKey.usages).toEqual(['sign']);
    expect(key.privateKey.extractable).toBe(false);
    expect(key.publicKey.usages).toEqual(['verify']);
    expect(() => key.secretKey).toThrow(TypeError);
    expect([key.id, key.name, key.versionNumber, key.state]).toEqual([id, 'tokens/signing', 2, 'active']);
  });

  test('has a public key of the runtime that verifies', async () => {
    const { publicKey: opened } = await keysOver(lostRpc()).open(record);
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await subtle.sign(algorithm, pair.privateKey, new Uint8Array(3));
    expect(await subtle.verify(algorithm, opened, signature, new Uint8Array(3))).toBe(true);
  });

  test('has a public key in the sidecar where that is wanted', async () => {
    const { publicKey: opened } = await keysOver(lostRpc(), 'remote').open(record);
    expect(remoteSlots(opened)?.handle).toBe(`${id}/2/public`);
    expect(opened.type).toBe('public');
  });

  test('gives its other versions', async () => {
    const key = await keysOver(lostRpc()).open(record);
    const third = await key.version(3);
    expect(remoteSlots(third.privateKey)?.handle).toBe(`${id}/3`);
    expect(third.state).toBe('pre-activation');
    await expect(key.version(4)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('without an active version is pinned to the newest', async () => {
    const suspended = { ...record, versions: [version(2, 'suspended'), version(1, 'deactivated')] } as KeyRecord;
    expect((await keysOver(lostRpc()).open(suspended)).versionNumber).toBe(2);
  });

  test('of a secret algorithm has one key', async () => {
    const key = await keysOver(lostRpc()).open(secret);
    expect(remoteSlots(key.secretKey)?.handle).toBe(`${id}/1`);
    expect(key.secretKey.algorithm).toEqual({ name: 'AES-GCM', length: 256 });
    expect(() => key.privateKey).toThrow(TypeError);
    expect(() => key.publicKey).toThrow(TypeError);
  });
});

describe('create', () => {
  const algorithm = { name: 'ecdsa', namedCurve: 'P-256' };

  test('normalizes the algorithm and chooses a request id of 128 bits', async () => {
    const keys = keysOver(answering({ record }, { record }));
    await keys.create({ name: 'a', algorithm, usages: ['sign', 'verify', 'sign'], labels: { team: 'x' } });
    await keys.create({ name: 'a', algorithm, usages: ['sign'] });
    const [first, second] = sent.map(([, params]) => params);
    expect(first).toMatchObject({ algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, usages: ['sign', 'verify'] });
    expect(first?.requestId).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(second?.requestId).not.toBe(first?.requestId);
  });

  test('asks once more, with the same request id, for an answer that was lost', async () => {
    const keys = keysOver(answering(new FerroHsmError('outcome_unknown'), { record }));
    expect((await keys.create({ name: 'a', algorithm, usages: ['sign'] })).id).toBe(id);
    expect(sent.length).toBe(2);
    expect(sent[0]).toEqual(sent[1]);
  });

  test('lets every other refusal through', async () => {
    const keys = keysOver(answering(new FerroHsmError('already_exists')));
    const call = keys.create({ name: 'a', algorithm, usages: ['sign'] });
    await expect(call).rejects.toMatchObject({ name: 'FerroHsmError', code: 'already_exists' });
    expect(sent.length).toBe(1);
  });

  test('refuses what cannot be generated before it asks', async () => {
    const keys = keysOver(answering());
    const unknown = keys.create({ name: 'a', algorithm: { name: 'FN-DSA-512', length: 128 }, usages: [] });
    await expect(unknown).rejects.toMatchObject({ name: 'FerroHsmError', code: 'not_supported' });
    await expect(keys.create({ name: 'a', algorithm: { name: 'AES-GCM' }, usages: [] })).rejects.toThrow(TypeError);
    await expect(keys.create({ name: 'a', algorithm, usages: ['wrong' as 'sign'] })).rejects.toThrow(TypeError);
    expect(sent).toEqual([]);
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('list', () => {
  test('fetches pages until the last', async () => {
    const keys = keysOver(answering({ records: [record, record], nextCursor: 'two' }, { records: [secret] }));
    expect(await collect(keys.list({ prefix: 'tokens/' }))).toEqual([record, record, secret]);
    expect(sent.map(([, params]) => params)).toEqual([
      { prefix: 'tokens/', limit: 1000 },
      { prefix: 'tokens/', cursor: 'two', limit: 1000 },
    ]);
  });

  test('stops at the limit', async () => {
    const keys = keysOver(answering({ records: [record, record], nextCursor: 'two' }));
    expect(await collect(keys.list({ limit: 2 }))).toHaveLength(2);
    expect(sent.map(([, params]) => params)).toEqual([{ limit: 2 }]);
  });
});

test('get and rename open the record', async () => {
  const keys = keysOver(answering({ record }, { record: { ...record, name: 'new' } }));
  expect((await keys.get(id)).name).toBe('tokens/signing');
  expect((await keys.rename(id, 'new')).name).toBe('new');
  expect(sent[1]?.[1]).toMatchObject({ name: id, newName: 'new' });
});

test('a Crypto of someone else is refused', () => {
  expect(() => new Keys(lostRpc(), globalThis.crypto as never)).toThrow(TypeError);
});
