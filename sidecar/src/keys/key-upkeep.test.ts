import { describe, expect, test } from 'vitest';
import { moveVersions } from '../keystore/key-moves.ts';
import { newKey, secretOf } from '../keystore/test-store.ts';
import { runLives } from './test-key-life.ts';
import { type KeyWorld, keyWorld } from './test-key-world.ts';

const day = 86_400_000;

async function states({ keystore }: KeyWorld, name: string): Promise<string> {
  return (await keystore.get(name))?.versions.map(({ state }) => state).join(' ') ?? 'absent';
}

test('a scheduled rotation makes versions by age, each with an overlap, and tells about it', async () => {
  const it = await keyWorld(0);
  const rotation = { everySeconds: 30 * 86_400, overlapSeconds: 86_400 };
  const { id } = await it.keystore.create(newKey('a', { usages: ['sign', 'verify'], rotation }));
  const first = await secretOf(it.keystore, id);
  await it.tendAt(30 * day - 1);
  expect(await states(it, 'a')).toBe('active');
  await it.tendAt(30 * day);
  expect(await states(it, 'a')).toBe('active active');
  await it.tendAt(31 * day);
  expect(await states(it, 'a')).toBe('deactivated active');
  await it.tendAt(60 * day);
  expect(await states(it, 'a')).toBe('deactivated active active');
  expect(it.recorded).toEqual(['key.rotate a', 'key.expire a', 'key.rotate a']);
  expect(it.changed.map(({ revision }) => revision)).toEqual([2, 3, 4]);
  const secrets = await Promise.all([1, 2, 3].map((version) => secretOf(it.keystore, id, version)));
  expect(new Set(secrets).size).toBe(3);
  expect(secrets[0]).toBe(first);
  expect(it.errors).toEqual([]);
});

test('a stop of months makes one version, not one for each missed date', async () => {
  const it = await keyWorld(0);
  await it.keystore.create(newKey('a', { usages: ['sign', 'verify'], rotation: { everySeconds: 86_400 } }));
  await it.tendAt(100 * day);
  expect(await states(it, 'a')).toBe('active active');
});

test('an expired key is deactivated, a destruction comes to its end, and a cancelled one does not', async () => {
  const it = await keyWorld(1_000);
  await it.keystore.create(newKey('old', { expiresAt: 5_000 }));
  for (const name of ['doomed', 'spared']) {
    const { id } = await it.keystore.create(newKey(name));
    await it.keystore.revise(id, (before, nowMs) => moveVersions(before, 'deactivate', { nowMs }));
    await it.keystore.revise(id, (before, nowMs) => moveVersions(before, 'destroy', { nowMs, destroyAt: 6_000 }));
  }
  await it.keystore.revise('spared', (before, nowMs) => moveVersions(before, 'cancelDestruction', { nowMs }));
  await it.tendAt(5_999);
  expect(await states(it, 'old')).toBe('deactivated');
  expect(await states(it, 'doomed')).toBe('pending-destruction');
  await it.tendAt(6_000);
  expect(await states(it, 'doomed')).toBe('destroyed');
  expect(await states(it, 'spared')).toBe('deactivated');
  const done = ['key.expire old', 'key.erase doomed', 'keystore.turnover', 'key.certify doomed'];
  expect(it.recorded).toEqual(done);
  await it.tendAt(1_000 * day);
  expect(it.recorded).toEqual(done);
});

test('a destruction ends with another key encryption key, a search that finds nothing, and a record of both', async () => {
  const it = await keyWorld(1_000);
  const names = ['one', 'two'];
  for (const name of names) {
    const { id } = await it.keystore.create(newKey(name));
    await it.keystore.revise(id, (before, nowMs) => moveVersions(before, 'compromise', { nowMs }));
    await it.keystore.revise(id, (before, nowMs) => moveVersions(before, 'destroy', { nowMs, destroyAt: nowMs }));
  }
  const kept = await it.keystore.create(newKey('kept'));
  const secret = await secretOf(it.keystore, kept.id);
  expect(await it.keystore.generation()).toEqual({ present: 1 });
  await it.tendAt(2_000);
  expect(await it.keystore.generation()).toEqual({ present: 2 });
  expect(it.recorded.filter((line) => line === 'keystore.turnover')).toHaveLength(1);
  expect(it.entries.map(({ keyName }) => keyName).sort()).toEqual(names);
  for (const { operation, outcome, details } of it.entries) {
    expect({ operation, outcome }).toEqual({ operation: 'key.destruction', outcome: 'ok' });
    expect(details).toMatchObject({ erasedGeneration: 1, isSearched: true, isFound: false, leftStoreAt: 2_000 });
  }
  expect((await it.keystore.get('two'))?.versions[0].destruction).toEqual({
    generation: 1,
    index: it.entries.findIndex(({ keyName }) => keyName === 'two'),
  });
  expect(await secretOf(it.keystore, kept.id)).toBe(secret);
  await it.keystore.verify();
});

test('what a crash has left without a certificate gets one, which says that nobody knew what to search for', async () => {
  const it = await keyWorld(1_000);
  const { id } = await it.keystore.create(newKey('doomed'));
  for (const move of ['deactivate', 'destroy', 'erase'] as const) {
    await it.keystore.revise(id, (before, nowMs) => moveVersions(before, move, { nowMs }));
  }
  await it.tendAt(2_000);
  expect(it.entries).toMatchObject([{ keyName: 'doomed', details: { erasedGeneration: 1, isSearched: false } }]);
  expect(await it.keystore.generation()).toEqual({ present: 2 });
  await it.tendAt(3_000);
  expect(it.entries).toHaveLength(1);
});

test('a key that cannot be tended holds up no other one, and is tried again', async () => {
  const it = await keyWorld(0);
  const broken = { algorithm: { name: 'no such algorithm' }, rotation: { everySeconds: 1 } };
  await it.keystore.create(newKey('broken', broken));
  for (let i = 0; i < 20; i++) await it.keystore.create(newKey(`good-${i}`, { expiresAt: 2_000 + i }));
  await it.tendAt(3_000);
  expect(it.errors).toHaveLength(1);
  expect(it.recorded.filter((line) => line.startsWith('key.expire'))).toHaveLength(20);
  await it.tendAt(3_001);
  expect(it.errors).toHaveLength(1);
  await it.tendAt(4_000);
  expect(it.errors).toHaveLength(2);
  await it.tendAt(5_999);
  expect(it.errors).toHaveLength(2);
  await it.tendAt(6_000);
  expect(it.errors).toHaveLength(3);
});

test.each([
  ['uses', { afterUses: 3 }, 1],
  ['bytes', { afterBytes: 300 }, 100],
])('a key is rotated once its newest version reached its limit of %s', async (_, limits, bytes) => {
  const it = await keyWorld(0);
  const rotation = { ...limits, overlapSeconds: 60 };
  const { id } = await it.keystore.create(newKey('a', { usages: ['sign', 'verify'], rotation }));
  const use = async (version: number) => {
    it.usage.count(`${id}/${version}`, bytes, rotation);
    await it.tend();
  };
  await use(1);
  await use(1);
  expect(await states(it, 'a')).toBe('active');
  await use(1);
  expect(await states(it, 'a')).toBe('active active');
  // Whoever still uses the version before makes no further one.
  await use(1);
  await use(2);
  expect(await states(it, 'a')).toBe('active active');
  const record = (await it.keystore.get('a')) as Parameters<typeof it.usage.of>[0];
  expect([it.usage.of(record, 1)?.uses, it.usage.of(record, 2)?.uses]).toEqual([4, 1]);
});

describe('retention', () => {
  const request = { requestId: 'retention', requestDigest: 'retention', principal: 'olga' };
  const destroying = { name: 'default', keepSeconds: 30 * 86_400, destroys: true, graceSeconds: 86_400 };

  async function sweepAt(it: KeyWorld, timeMs: number): Promise<void> {
    it.setTime(timeMs);
    await it.sweep();
    await it.tend();
  }

  test('ends with a destruction that people can stop until the last moment', async () => {
    const it = await keyWorld(0);
    await it.retention.set(destroying, request);
    for (const name of ['gone', 'held', 'kept']) await it.keystore.create(newKey(name, { expiresAt: day }));
    await it.keystore.create(newKey('in use'));
    await it.keystore.revise('kept', (before) => ({ ...before, retention: { until: 90 * day } }));
    await sweepAt(it, day);
    await sweepAt(it, 31 * day - 1);
    expect(await states(it, 'gone')).toBe('deactivated');
    await sweepAt(it, 31 * day);
    expect([await states(it, 'gone'), await states(it, 'held')]).toEqual([
      'pending-destruction',
      'pending-destruction',
    ]);
    await it.keystore.revise('held', (before) => ({ ...before, retention: { hold: 'case 12' } }));
    await sweepAt(it, 60 * day);
    const end = await Promise.all(['gone', 'held', 'kept', 'in use'].map((name) => states(it, name)));
    expect(end).toEqual(['destroyed', 'pending-destruction', 'deactivated', 'active']);
    expect(it.recorded.filter((line) => line.startsWith('key.retire'))).toEqual(['key.retire gone', 'key.retire held']);
    await it.keystore.revise('held', ({ retention: _retention, ...before }) => before);
    await sweepAt(it, 91 * day);
    expect(await states(it, 'held')).toBe('destroyed');
    expect(await states(it, 'kept')).toBe('pending-destruction');
    expect(it.errors).toEqual([]);
  });

  test('a class that is changed counts from then on, and one that is removed destroys nothing', async () => {
    const it = await keyWorld(0);
    await it.retention.set(destroying, request);
    await it.keystore.create(newKey('a', { expiresAt: day }));
    await it.retention.set({ ...destroying, keepSeconds: 60 * 86_400 }, { ...request, requestId: 'retention-2' });
    await it.tendAt(day);
    await sweepAt(it, 31 * day);
    expect(await states(it, 'a')).toBe('deactivated');
    await it.retention.remove('default', { ...request, requestId: 'retention-3' });
    await sweepAt(it, 900 * day);
    expect(await states(it, 'a')).toBe('deactivated');
    await expect(it.retention.remove('default', { ...request, requestId: 'retention-4' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

test('a repeated request brings no earlier retention class back', async () => {
  const it = await keyWorld(0);
  const first = { requestId: 'one', requestDigest: 'one', principal: 'olga' };
  const short = { name: 'default', keepSeconds: 1, destroys: true };
  const long = { name: 'default', keepSeconds: 300_000_000, destroys: false };
  await it.retention.set(short, first);
  await it.retention.set(long, { ...first, requestId: 'two', requestDigest: 'two' });
  expect(await it.retention.set(short, first)).toEqual(short);
  expect(it.retention.list()).toEqual([long]);
});

test('keys that are kept although their window is over are looked at once a day', async () => {
  const it = await keyWorld(0);
  for (let i = 0; i < 40; i++) {
    const { id } = await it.keystore.create(newKey(`key-${i}`));
    await it.keystore.revise(id, (before, nowMs) => moveVersions(before, 'deactivate', { nowMs }));
    await it.keystore.revise(id, (before, nowMs) => moveVersions(before, 'destroy', { nowMs, destroyAt: 1_000 }));
    await it.keystore.revise(id, (before) => ({ ...before, retention: { until: 3 * day } }));
  }
  await it.tendAt(1_000);
  await it.tendAt(2_000);
  expect(it.recorded).toHaveLength(40);
  expect(await it.keystore.due(day, 100)).toEqual([]);
  await it.tendAt(3 * day);
  expect(await states(it, 'key-7')).toBe('destroyed');
});

test('sequences of everything that happens to a key end as an independent account of it says', async () => {
  const it = await keyWorld(0);
  const tend = () => it.tend();
  await runLives({ keystore: it.keystore, setTime: it.setTime, tend }, 60);
  expect(it.errors).toEqual([]);
});
