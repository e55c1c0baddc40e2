import { describe, expect, test } from 'vitest';
import type { KeyRecord } from '../generated/types.ts';
import { moveVersions } from '../keystore/key-moves.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { newKey } from '../keystore/test-store.ts';
import { alteredStore, alterKey } from './test-altered-store.ts';
import { keyWorld } from './test-key-world.ts';

describe('a key whose record was altered from outside', () => {
  const keys = 40;

  /** That many keys are made of which one is altered. */
  function withAltered(altered: number, make: (keystore: Keystore, name: string) => Promise<KeyRecord>) {
    const made: KeyRecord[] = [];
    const fill = async (keystore: Keystore) => {
      for (let i = 0; i < keys; i++) made.push(await make(keystore, `key-${String(i).padStart(2, '0')}`));
    };
    return keyWorld(0, (options) =>
      alteredStore(options, fill, (database) => alterKey(database, made[altered] as KeyRecord)),
    );
  }

  // The first, one in the middle and the last of a page, and the last of all.
  test.each([0, 7, 15, 39])('holds up no other one that is due, and is told once in a round: %d', async (altered) => {
    const it = await withAltered(altered, (keystore, name) =>
      keystore.create(newKey(name, { expiresAt: 2_000 + Number(name.slice(-2)) })),
    );
    await it.tendAt(3_000);
    expect(new Set(it.recorded).size).toBe(keys - 1);
    expect(it.errors).toMatchObject([{ code: 'keystore_corrupt' }]);
    await it.tendAt(3_001);
    expect(it.errors).toHaveLength(1);
    await it.tendAt(4_000);
    expect(it.errors).toHaveLength(2);
    expect(it.recorded).toHaveLength(keys - 1);
  });

  test.each([0, 7, 15, 39])('holds up no other one that is kept no more: %d', async (altered) => {
    const it = await withAltered(altered, async (keystore, name) => {
      await keystore.create(newKey(name));
      return await keystore.revise(name, (before, nowMs) => moveVersions(before, 'deactivate', { nowMs }));
    });
    const change = { requestId: 'class', requestDigest: 'class', principal: 'olga' };
    await it.retention.set({ name: 'default', keepSeconds: 1, destroys: true }, change);
    it.setTime(2_000);
    await it.sweep();
    expect(new Set(it.recorded).size).toBe(keys - 1);
    expect(it.errors).toMatchObject([{ code: 'keystore_corrupt' }]);
    await it.sweep();
    expect(it.errors).toHaveLength(1);
  });

  test('lets no destruction be certified, because what is damaged cannot go over to another key', async () => {
    const it = await withAltered(3, async (keystore, name) => {
      await keystore.create(newKey(name));
      await keystore.revise(name, (before, nowMs) => moveVersions(before, 'deactivate', { nowMs }));
      return await keystore.revise(name, (before, nowMs) =>
        moveVersions(before, 'destroy', { nowMs, destroyAt: 1_000 }),
      );
    });
    await it.tendAt(1_000);
    expect(it.recorded.filter((line) => line.startsWith('key.erase'))).toHaveLength(keys - 1);
    expect(it.entries).toEqual([]);
    expect(await it.keystore.generation()).toHaveProperty('turningOver');
    expect(it.errors).toMatchObject([{ code: 'keystore_corrupt' }, { code: 'keystore_corrupt' }]);
  });
});

test('a key that is said to be due and is not there is told, and holds up no other one', async () => {
  const fill = async (keystore: Keystore) => {
    await keystore.create(newKey('a', { expiresAt: 2_000 }));
  };
  const it = await keyWorld(0, (options) =>
    alteredStore(options, fill, (database) => {
      const path = `due/${'1'.padStart(16, '0')}/key_${'A'.repeat(22)}`;
      database.prepare('INSERT INTO rows (path, value) VALUES (?, ?)').run(path, Buffer.alloc(0));
    }),
  );
  await it.tendAt(2_000);
  expect(it.recorded).toEqual(['key.expire a']);
  expect(it.errors).toMatchObject([{ code: 'keystore_corrupt' }]);
});
