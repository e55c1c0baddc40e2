import { describe, expect, test } from 'vitest';
import type { KeyRecord, RotationPolicy } from '../generated/types.ts';
import { newKey } from '../keystore/test-store.ts';
import { type KeyWorld, keyWorld } from './test-key-world.ts';

const day = 86_400_000;
const production = { environment: 'production' };
const monthly: RotationPolicy = { name: 'monthly', labels: production, schedule: { everySeconds: 30 * 86_400 } };

let requests = 0;

async function put({ policies }: KeyWorld, policy: RotationPolicy): Promise<void> {
  requests += 1;
  await policies.set(policy, { requestId: `r${requests}`, requestDigest: `r${requests}`, principal: 'olga' });
}

async function drop({ policies }: KeyWorld, name: string): Promise<void> {
  requests += 1;
  await policies.remove(name, { requestId: `r${requests}`, requestDigest: `r${requests}`, principal: 'olga' });
}

function key(it: KeyWorld, name: string, change: object = {}): Promise<KeyRecord> {
  return it.keystore.create(newKey(name, { usages: ['sign', 'verify'], labels: production, ...change }));
}

async function rotateAt(it: KeyWorld, timeMs: number): Promise<void> {
  it.setTime(timeMs);
  await it.rotate();
}

async function versions({ keystore }: KeyWorld, name: string): Promise<number> {
  return (await keystore.get(name))?.versions.length ?? 0;
}

describe('a rotation policy', () => {
  test('rotates the keys that have its labels when they are old, to the millisecond, and says so', async () => {
    const it = await keyWorld(0);
    await key(it, 'mine');
    await key(it, 'other', { labels: { environment: 'test' } });
    await put(it, monthly);
    await rotateAt(it, 30 * day - 1);
    expect(await versions(it, 'mine')).toBe(1);
    await rotateAt(it, 30 * day);
    await rotateAt(it, 60 * day - 1);
    expect([await versions(it, 'mine'), await versions(it, 'other')]).toEqual([2, 1]);
    expect((await it.keystore.get('mine'))?.versions[1]?.reason).toBe('scheduled rotation by policy monthly');
    expect(it.recorded).toEqual(['key.rotate mine']);
    await rotateAt(it, 60 * day);
    expect(await versions(it, 'mine')).toBe(3);
    expect(it.errors).toEqual([]);
  });

  test('counts at once when it is set, replaced or removed', async () => {
    const it = await keyWorld(0);
    await key(it, 'a');
    await put(it, { ...monthly, schedule: { everySeconds: 300 * 86_400 } });
    await rotateAt(it, 100 * day);
    expect(await versions(it, 'a')).toBe(1);
    await put(it, monthly);
    await it.rotate();
    expect(await versions(it, 'a')).toBe(2);
    await drop(it, 'monthly');
    await rotateAt(it, 400 * day);
    expect(await versions(it, 'a')).toBe(2);
    await expect(drop(it, 'monthly')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('counts for a key at once when it is given the labels, and no more when they are taken away', async () => {
    const it = await keyWorld(0);
    const { id } = await key(it, 'a', { labels: {} });
    await put(it, monthly);
    await rotateAt(it, 100 * day);
    expect(await versions(it, 'a')).toBe(1);
    const label = async (labels: Record<string, string>) => {
      it.told(await it.keystore.revise(id, (before) => ({ ...before, labels })));
      await it.rotate();
    };
    await label(production);
    expect(await versions(it, 'a')).toBe(2);
    await label({});
    await rotateAt(it, 200 * day);
    expect(await versions(it, 'a')).toBe(2);
  });

  test('never makes a stricter schedule of the key itself milder, nor a milder one count', async () => {
    const it = await keyWorld(0);
    await put(it, monthly);
    it.told(await key(it, 'strict', { rotation: { everySeconds: 10 * 86_400 } }));
    it.told(await key(it, 'mild', { rotation: { everySeconds: 900 * 86_400 } }));
    const both = async (timeMs: number) => {
      await rotateAt(it, timeMs);
      await it.tend();
      return [await versions(it, 'strict'), await versions(it, 'mild')];
    };
    expect(await both(10 * day)).toEqual([2, 1]);
    expect(await both(20 * day)).toEqual([3, 1]);
    expect(await both(30 * day)).toEqual([4, 2]);
  });

  test('of uses and bytes counts for what was used before it was set', async () => {
    const it = await keyWorld(0);
    for (const name of ['uses', 'bytes', 'idle']) {
      const { id } = await key(it, name);
      if (name === 'uses') for (let i = 0; i < 3; i++) it.usage.count(`${id}/1`, 1, undefined);
      if (name === 'bytes') it.usage.count(`${id}/1`, 500, undefined);
    }
    await put(it, { name: 'used', labels: production, schedule: { afterUses: 3, afterBytes: 500 } });
    await it.rotate();
    expect([await versions(it, 'uses'), await versions(it, 'bytes'), await versions(it, 'idle')]).toEqual([2, 2, 1]);
  });

  test('of an overlap shortens that of a scheduled rotation', async () => {
    const it = await keyWorld(0);
    await key(it, 'a', { rotation: { everySeconds: 86_400, overlapSeconds: 7 * 86_400 } });
    await put(it, { name: 'short', labels: {}, schedule: { overlapSeconds: 60 } });
    await it.tendAt(day);
    expect((await it.keystore.get('a'))?.versions[0]).toMatchObject({ state: 'active', endsAt: day + 60_000 });
  });
});

test('more keys than are remembered are rotated all, each at its time, and looked at seldom', async () => {
  const it = await keyWorld(0);
  await put(it, monthly);
  for (let i = 0; i < 50; i++) {
    it.setTime(i * 1000);
    it.told(await key(it, `key-${String(i).padStart(2, '0')}`));
  }
  await it.rotate();
  const list = it.counted('list');
  for (let i = 0; i < 50; i++) {
    await rotateAt(it, 30 * day + i * 1000);
    expect(it.recorded).toHaveLength(i + 1);
  }
  // Eight to fifteen are remembered of fifty, and a look at all takes seven pages.
  expect(list()).toBeGreaterThan(0);
  expect(list()).toBeLessThanOrEqual(7 * 7);
  expect(it.errors).toEqual([]);
});

test('a key that cannot be rotated holds up no other one', async () => {
  const it = await keyWorld(0);
  for (let i = 0; i < 30; i++) await key(it, `broken-${i}`, { algorithm: { name: 'no such algorithm' } });
  await key(it, 'good');
  await put(it, monthly);
  await rotateAt(it, 30 * day);
  expect(await versions(it, 'good')).toBe(2);
  expect(it.errors).toHaveLength(30);
  await rotateAt(it, 60 * day);
  expect(await versions(it, 'good')).toBe(3);
  expect(it.errors).toHaveLength(60);
});

test('a key is rotated once when its schedule and a policy are due together', async () => {
  const it = await keyWorld(0);
  await key(it, 'a', { rotation: monthly.schedule });
  await put(it, { ...monthly, schedule: { everySeconds: 30 * 86_400 - 1 } });
  it.setTime(30 * day);
  await Promise.all([it.tend(), it.rotate(), it.tend(), it.rotate()]);
  expect(await versions(it, 'a')).toBe(2);
});

test('what rotates a key tells schedule, policies and the date', async () => {
  const it = await keyWorld(0);
  await put(it, monthly);
  const record = await key(it, 'a', { rotation: { afterUses: 5000 } });
  expect(it.policies.of(record)).toEqual({
    schedule: { everySeconds: 30 * 86_400, afterUses: 5000 },
    policies: { everySeconds: 'monthly' },
    dueAt: 30 * day,
  });
});
