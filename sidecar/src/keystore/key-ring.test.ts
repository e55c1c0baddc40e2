import { describe, expect, test } from 'vitest';
import type { KeyRecord } from '../generated/types.ts';
import { KeyRing } from './key-ring.ts';
import type { Keystore } from './keystore.ts';
import { newKey, testStore } from './test-store.ts';

interface Opened {
  readonly name: string;
  readonly half: 'secret' | 'public';
  readonly bytes: string;
}

/** Opens keys as their bytes; `beforePublic` runs while a public half is being opened. */
function ringOf(keystore: Keystore, capacity = 10, beforePublic = async (): Promise<void> => {}) {
  const opened: string[] = [];
  const ring = new KeyRing<Opened>(
    keystore,
    {
      secret({ name }, version, _format, secret) {
        opened.push(`${name}/${version.version}`);
        return { name, half: 'secret', bytes: secret.bytes.toString('hex') };
      },
      async public({ name }, version) {
        opened.push(`${name}/${version.version}/public`);
        await beforePublic();
        return { name, half: 'public', bytes: Buffer.from(version.publicKey?.data ?? []).toString('hex') };
      },
    },
    capacity,
  );
  return { ring, opened };
}

function rename(keystore: Keystore, record: KeyRecord, newName: string): Promise<KeyRecord> {
  const change = { nameOrId: record.id, newName, requestId: `rename-${newName}`, requestDigest: newName };
  return keystore.rename({ ...change, principal: 'alice' });
}

describe('KeyRing', () => {
  test('opens each half once and keeps it until it is forgotten', async () => {
    const keystore = await testStore().open();
    const record = await keystore.create(newKey('a'));
    const { ring, opened } = ringOf(keystore);
    const held = await ring.held(`${record.id}/1`);
    expect(held).toMatchObject({ name: 'a', half: 'secret' });
    expect(await ring.held(`${record.id}/1`)).toBe(held);
    expect(await ring.held(`${record.id}/1/public`)).toMatchObject({ half: 'public', bytes: '04'.repeat(65) });
    expect(await ring.held(`${record.id}/1/public`)).toMatchObject({ half: 'public' });
    expect(opened).toEqual(['a/1', 'a/1/public']);
    const renamed = await rename(keystore, record, 'b');
    ring.forget(renamed);
    expect(await ring.held(`${record.id}/1`)).toEqual({ ...held, name: 'b' });
    expect(await ring.held(`${record.id}/1/public`)).toMatchObject({ name: 'b' });
    await keystore.close();
  });

  test('counts the uses of keys that were open and of those that were not', async () => {
    const keystore = await testStore().open();
    const record = await keystore.create(newKey('a'));
    const { ring } = ringOf(keystore);
    expect(ring.statistics).toEqual({ hits: 0, misses: 0, entries: 0 });
    for (let use = 0; use < 3; use += 1) await ring.held(`${record.id}/1`);
    await ring.held(`${record.id}/2`);
    expect(ring.statistics).toEqual({ hits: 2, misses: 2, entries: 1 });
    ring.forget(record);
    expect(ring.statistics.entries).toBe(0);
    await keystore.close();
  });

  test('knows a key by one spelling of its handle only', async () => {
    const keystore = await testStore().open();
    const record = await keystore.create(newKey('a'));
    await keystore.create(newKey('secret', { type: 'secret', requestId: 'no-public' }));
    const { ring, opened } = ringOf(keystore);
    const { id } = record;
    const wrong = [`${id}/2`, `${id}/0`, `${id}/01`, `${id}/1.0`, `${id}/0x1`, `${id}/1e0`, `${id}/ 1`, `${id}/1/`];
    wrong.push(`${id}/1/private`, `${id}/1/public/`, id, `${id}/`, 'a/1', 'a', '', '/', `key_${'A'.repeat(22)}/1`);
    for (const handle of wrong) expect(await ring.held(handle), handle).toBeUndefined();
    expect(opened).toEqual([]);
    await keystore.close();
  });

  test('never keeps a key that changed while it was opened', async () => {
    const keystore = await testStore().open();
    const record = await keystore.create(newKey('a'));
    let once = async () => {
      once = async () => {};
      ring.forget(await rename(keystore, record, 'b'));
    };
    const { ring, opened } = ringOf(keystore, 10, () => once());
    expect(await ring.held(`${record.id}/1/public`)).toMatchObject({ name: 'b' });
    expect(await ring.held(`${record.id}/1/public`)).toMatchObject({ name: 'b' });
    expect(opened).toEqual(['a/1/public', 'b/1/public']);
    await keystore.close();
  });

  test('holds no more than its capacity, and nothing once cleared', async () => {
    const keystore = await testStore().open();
    const records = [];
    for (const name of ['a', 'b', 'c']) records.push(await keystore.create(newKey(name)));
    const { ring, opened } = ringOf(keystore, 2);
    for (const { id } of [...records, ...records]) await ring.held(`${id}/1`);
    expect(opened).toHaveLength(6);
    ring.clear();
    await ring.held(`${records[2]?.id}/1`);
    expect(opened).toHaveLength(7);
    await keystore.close();
  });
});
