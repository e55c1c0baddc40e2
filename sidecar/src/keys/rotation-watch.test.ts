import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { SidecarError } from '../errors.ts';
import type { KeyAlgorithm, KeyRecord, RotationPolicy } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { StoreOptions } from '../keystore/open-store.ts';
import { newKey } from '../keystore/test-store.ts';
import { alteredStore, alterKey } from './test-altered-store.ts';
import { inMemory, type KeyWorld, keyWorld } from './test-key-world.ts';

const day = 86_400_000;
const production = { environment: 'production' };
const monthly: RotationPolicy = { name: 'monthly', labels: production, schedule: { everySeconds: 30 * 86_400 } };

let requests = 0;

function request() {
  requests += 1;
  return { requestId: `r${requests}`, requestDigest: `r${requests}`, principal: 'olga' };
}

function labelled(name: string, change: object = {}) {
  return newKey(name, { usages: ['sign', 'verify'], labels: production, ...change });
}

async function rotateAt(it: KeyWorld, timeMs: number): Promise<void> {
  it.setTime(timeMs);
  await it.rotate();
}

async function algorithms({ keystore }: KeyWorld, name: string): Promise<string[]> {
  return (await keystore.get(name))?.versions.map(({ algorithm }) => algorithm.name) ?? [];
}

async function all(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found;
}

describe('while the next version is made', () => {
  const rsa: KeyAlgorithm = { name: 'RSA-PSS', modulusLength: 3072, publicExponent: 'AQAB', hash: 'SHA-256' };

  /** Starts a scheduled rotation and lets somebody else act before its key pair is there. */
  async function rotatingWhile(act: (it: KeyWorld, id: string) => Promise<unknown>): Promise<KeyWorld> {
    const it = await keyWorld(0, inMemory);
    const { id } = await it.keystore.create(labelled('a', { algorithm: rsa }));
    await it.policies.set(monthly, request());
    it.setTime(30 * day);
    const rotated = it.rotate();
    while (it.recorded.length === 0) await nextTurn();
    await act(it, id);
    await rotated;
    return it;
  }

  test('a person who moves the key to another algorithm is not undone, and the record says that nothing was done', async () => {
    const it = await rotatingWhile(async ({ keystore, told }, id) => {
      const { format, secret } = newKey('unused');
      const algorithm = { name: 'Ed25519' };
      told(await keystore.addVersion({ algorithm, format, secret, nameOrId: id, overlapMs: day }, request()));
    });
    expect(await algorithms(it, 'a')).toEqual(['RSA-PSS', 'Ed25519']);
    expect(it.failed).toEqual(['key.rotate a key_state']);
    expect(it.errors).toEqual([]);
    // The version that the person made has its own date.
    await rotateAt(it, 60 * day - 1);
    expect(await algorithms(it, 'a')).toHaveLength(2);
    await rotateAt(it, 60 * day);
    expect(await algorithms(it, 'a')).toEqual(['RSA-PSS', 'Ed25519', 'Ed25519']);
  });

  test.each<[string, (it: KeyWorld, id: string) => Promise<unknown>]>([
    ['the policy is removed', ({ policies }) => policies.remove('monthly', request())],
    [
      'the policy is made milder',
      ({ policies }) => policies.set({ ...monthly, schedule: { everySeconds: 60 * 86_400 } }, request()),
    ],
    ['the key loses its labels', ({ keystore }, id) => keystore.revise(id, (before) => ({ ...before, labels: {} }))],
  ])('nothing comes of it when %s', async (_, act) => {
    const it = await rotatingWhile(act);
    expect(await algorithms(it, 'a')).toHaveLength(1);
    expect(it.failed).toEqual(['key.rotate a key_state']);
    expect(it.errors).toEqual([]);
  });
});

test('a request that is answered again with the key of then hides nothing that has become known since', async () => {
  const it = await keyWorld(0, inMemory);
  await it.policies.set(monthly, request());
  const before = await it.keystore.create(labelled('a', { labels: {} }));
  it.told(before);
  it.told(await it.keystore.revise('a', (record) => ({ ...record, labels: production })));
  await it.rotate();
  it.told(before);
  await it.rotate();
  await rotateAt(it, 30 * day);
  expect(await algorithms(it, 'a')).toHaveLength(2);
});

test('a look at all keys hides nothing that is told while it goes on', async () => {
  const it = await keyWorld(0, inMemory);
  await it.policies.set(
    { name: 'a weekly one', labels: { tier: 'gold' }, schedule: { everySeconds: 7 * 86_400 } },
    request(),
  );
  await it.policies.set(monthly, request());
  const { id: first } = await it.keystore.create(labelled('a'));
  it.setTime(20 * day);
  const { id: second } = await it.keystore.create(labelled('b'));
  it.setTime(30 * day);
  const looking = it.due();
  expect(await looking.next()).toEqual({ done: false, value: first });
  it.told(await it.keystore.revise(second, (before) => ({ ...before, labels: { ...production, tier: 'gold' } })));
  expect([...(await all(looking)), ...(await all(it.due()))]).toContain(second);
});

describe('what cannot be read', () => {
  /** A store in files in which the row of one key was altered from outside. */
  function withAltered(name: string, keys: number, options: StoreOptions) {
    const made: KeyRecord[] = [];
    const fill = async (keystore: Keystore) => {
      for (let i = 0; i < keys; i++) made.push(await keystore.create(labelled(`key-${String(i).padStart(2, '0')}`)));
    };
    const isAltered = (record: KeyRecord) => record.name === name;
    return alteredStore(options, fill, (database) => alterKey(database, made.find(isAltered) as KeyRecord));
  }

  test.each(['key-00', 'key-05', 'key-07', 'key-19'])('holds up no other key, and is told: %s', async (name) => {
    const it = await keyWorld(0, (options) => withAltered(name, 20, options));
    await it.policies.set(monthly, request());
    await rotateAt(it, 30 * day);
    expect(it.recorded).toHaveLength(19);
    expect(it.errors).toMatchObject([{ code: 'keystore_corrupt' }]);
    await rotateAt(it, 60 * day);
    expect(it.recorded).toHaveLength(38);
    expect(it.errors).toHaveLength(2);
  });

  test('for a moment takes nothing with it that is due beside it, and is tried again', async () => {
    const it = await keyWorld(0, inMemory);
    await it.policies.set(monthly, request());
    for (const name of ['a', 'b', 'c']) await it.keystore.create(labelled(name));
    await it.rotate();
    const { keystore } = it;
    const plain = keystore.get.bind(keystore);
    const { id } = (await plain('a')) as KeyRecord;
    keystore.get = (nameOrId) =>
      nameOrId === id ? Promise.reject(new SidecarError('keystore_unavailable', 'out of reach')) : plain(nameOrId);
    await rotateAt(it, 30 * day);
    expect(it.recorded).toEqual(['key.rotate b', 'key.rotate c']);
    expect(it.errors).toMatchObject([{ code: 'keystore_unavailable' }]);
    keystore.get = plain;
    await rotateAt(it, 30 * day + 60_000);
    expect(it.recorded).toEqual(['key.rotate b', 'key.rotate c', 'key.rotate a']);
  });
});

describe('a policy with many keys that are due', () => {
  const staging = { environment: 'staging' };
  const many = 40;

  async function withMany(): Promise<KeyWorld> {
    const it = await keyWorld(0, inMemory);
    for (let i = 0; i < many; i++) await it.keystore.create(labelled(`key-${i}`));
    await it.policies.set({ ...monthly, name: 'other', labels: staging }, request());
    return it;
  }

  test('does not let those of another wait for all of them', async () => {
    const it = await withMany();
    await it.keystore.create(labelled('other', { labels: staging }));
    await it.policies.set(monthly, request());
    await rotateAt(it, 30 * day);
    expect(it.recorded).toHaveLength(many + 1);
    expect(it.recorded.indexOf('key.rotate other')).toBeLessThanOrEqual(8);
  });

  test('does not let those wait that become due, or are told of, in the meantime', async () => {
    const it = await withMany();
    for (let i = 0; i < 12; i++) await it.keystore.create(labelled(`other-${i}`, { labels: staging }));
    it.setTime(1000);
    // Behind those of its policy that are looked at first.
    const { id: soon } = await it.keystore.create(labelled('other-soon', { labels: staging }));
    const { id: fresh } = await it.keystore.create(labelled('other-told', { labels: {} }));
    it.told(await it.keystore.revise(soon, (before) => before));
    await it.rotate();
    await it.policies.set(monthly, request());
    it.setTime(30 * day);
    const found: string[] = [];
    for await (const id of it.due()) {
      found.push(id);
      if (found.length > 1) continue;
      it.told(await it.keystore.revise(fresh, (before) => ({ ...before, labels: staging, rotation: {} })));
      it.setTime(30 * day + 1000);
    }
    expect(found.indexOf(soon)).toBeGreaterThanOrEqual(0);
    expect(found.indexOf(soon)).toBeLessThan(30);
    expect(found.indexOf(fresh)).toBeGreaterThanOrEqual(0);
    expect(found.indexOf(fresh)).toBeLessThan(30);
  });
});

test('a walk without a key that is due ends when it is told to stop', async () => {
  const it = await keyWorld(0, inMemory);
  await Promise.all(Array.from({ length: 400 }, (_, index) => it.keystore.create(labelled(`k${index}`))));
  await it.policies.set(monthly, request());
  const pages = it.counted('list');
  const walking = it.rotate();
  await nextTurn();
  it.stop();
  await walking;
  expect(pages()).toBeLessThan(10);
});
