import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Keystore } from './keystore.ts';
import { checkFile } from './storage/file-check.ts';
import { newKey, type TestStore, testFolder, testStore } from './test-store.ts';

async function filled(store: TestStore, keys: number): Promise<Keystore> {
  const keystore = await store.open();
  for (let index = 0; index < keys; index++) await keystore.create(newKey(`key-${index}`));
  return keystore;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

describe('a check of the whole store', () => {
  test('reads the state of its beginning while keys are made', async () => {
    const keystore = await filled(testStore(), 100);
    const root = await keystore.root();
    let made = 0;
    const checking = keystore.verify();
    const done = checking.then(() => 'done');
    while ((await Promise.race([done, turns(1)])) !== 'done') await keystore.create(newKey(`late-${made++}`));
    expect(await checking).toEqual({ rows: 400, root });
    expect(made).toBeGreaterThan(5);
    expect((await keystore.verify()).rows).toBe(400 + made * 4);
    await keystore.close();
  });

  test('fails when someone else writes meanwhile, even what was undone', async () => {
    const store = testStore();
    const keystore = await filled(store, 100);
    for (const statement of [
      "INSERT INTO nodes (prefix, node) VALUES ('ffff', x'00'); DELETE FROM nodes WHERE prefix = 'ffff'",
      "UPDATE rows SET value = x'00' WHERE path = 'name/key-1'",
    ]) {
      const checking = keystore.verify();
      const failing = expect(checking).rejects.toMatchObject({
        code: 'keystore_corrupt',
        detail: 'the database was changed from outside',
      });
      await turns(3);
      store.database().exec(statement);
      await failing;
    }
    await expect(keystore.verify()).rejects.toMatchObject({ detail: 'a name row does not verify' });
    await keystore.close();
  });

  test('ends when the store is closed', async () => {
    const keystore = await filled(testStore(), 100);
    const checking = expect(keystore.verify()).rejects.toMatchObject({ code: 'keystore_unavailable' });
    await turns(3);
    await keystore.close();
    await checking;
  });
});

/** A database of about that many pages, one of them overwritten where it is told. */
function databaseOf(pages: number, damagedPage?: number): DatabaseSync {
  const path = join(testFolder(), 'database');
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE content (id INTEGER PRIMARY KEY, value BLOB)');
  const insert = database.prepare('INSERT INTO content (value) VALUES (zeroblob(3000))');
  database.exec('BEGIN');
  for (let page = 0; page < pages; page++) insert.run();
  database.exec('COMMIT');
  database.close();
  if (damagedPage !== undefined) {
    const descriptor = openSync(path, 'r+');
    writeSync(descriptor, Buffer.alloc(100, 0xff), 0, 100, (damagedPage - 1) * 4096);
    closeSync(descriptor);
  }
  return new DatabaseSync(path, { readOnly: true });
}

test.each([50, 1_000])('the file check of %d pages finds a damaged one', async (pages) => {
  const whole = databaseOf(pages);
  await checkFile(whole);
  whole.close();
  const damaged = databaseOf(pages, 20);
  await expect(checkFile(damaged)).rejects.toMatchObject({ code: 'keystore_corrupt' });
  damaged.close();
});
