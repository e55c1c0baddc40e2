import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newKey, testFolder, testStore } from '../test-store.ts';
import { databasePath, formatOf, guarded, migrate, migrations, openDatabase } from './database.ts';

const nextStep = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;';

describe('migrations', () => {
  test('take a store of every earlier format to the newest and keep its rows', async () => {
    const folder = testFolder();
    const first = openDatabase(folder);
    expect(formatOf(first)).toBe(0);
    migrate(first);
    expect(formatOf(first)).toBe(migrations.length);
    first.exec("INSERT INTO rows (path, value) VALUES ('kept', x'01')");
    first.close();

    const steps = [...migrations, nextStep];
    const second = openDatabase(folder, steps);
    expect(formatOf(second)).toBe(migrations.length);
    second.exec('BEGIN EXCLUSIVE');
    migrate(second, steps);
    second.exec('COMMIT');
    expect(formatOf(second)).toBe(steps.length);
    expect(second.prepare('SELECT path FROM rows').all()).toEqual([{ path: 'kept' }]);
    second.exec("INSERT INTO notes (body) VALUES ('new')");
    migrate(second, steps);
    second.close();
    openDatabase(folder, steps).close();
  });

  test('that fail in the middle leave the earlier format', () => {
    const folder = testFolder();
    const first = openDatabase(folder);
    migrate(first);
    first.close();
    const steps = [...migrations, `${nextStep} CREATE TABLE rows (twice TEXT);`];
    const database = openDatabase(folder, steps);
    database.exec('BEGIN EXCLUSIVE');
    expect(() => guarded(() => migrate(database, steps))).toThrow('malformed');
    database.exec('ROLLBACK');
    expect(formatOf(database)).toBe(migrations.length);
    database.close();
    openDatabase(folder).close();
  });

  test('a newer format is refused', async () => {
    const store = testStore();
    await (await store.open()).close();
    const database = store.database();
    database.exec(`PRAGMA user_version = ${migrations.length + 1}`);
    database.close();
    await expect(store.open()).rejects.toMatchObject({
      code: 'config_invalid',
      detail: `keystore format ${migrations.length + 1} is newer than ${migrations.length}`,
    });
  });

  test('a format that was set back does not begin the store anew', async () => {
    const store = testStore();
    const keystore = await store.open();
    await keystore.create(newKey('a'));
    await keystore.close();
    for (const format of [0, -1]) {
      const database = store.database();
      database.exec(`PRAGMA user_version = ${format}`);
      database.close();
      await expect(store.open(), String(format)).rejects.toMatchObject({ code: 'keystore_corrupt' });
    }
  });
});

describe('a foreign schema is refused', () => {
  const changes = {
    'a trigger': 'CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM nodes; END',
    'a view': 'CREATE VIEW v AS SELECT * FROM rows',
    'a table': 'CREATE TABLE other (a)',
    'an index': 'CREATE INDEX i ON rows (value)',
    'a missing table': 'DROP TABLE nodes',
    'a table without its rules':
      'ALTER TABLE state RENAME TO old; CREATE TABLE state (slot INTEGER, body BLOB, mac BLOB); INSERT INTO state SELECT * FROM old; DROP TABLE old',
  };

  test.each(Object.entries(changes))('with %s', async (_, change) => {
    const store = testStore();
    await (await store.open()).close();
    const database = store.database();
    database.exec(change);
    database.close();
    await expect(store.open()).rejects.toMatchObject({
      code: 'keystore_corrupt',
      detail: 'the database schema was changed',
    });
  });

  test('in a new database', () => {
    const folder = testFolder();
    chmodSync(folder, 0o700);
    const source = openDatabase(join(folder, 'source'));
    source.exec('CREATE TABLE rows (path TEXT); PRAGMA journal_mode = DELETE;');
    source.close();
    copyFileSync(databasePath(join(folder, 'source')), databasePath(folder));
    expect(() => openDatabase(folder)).toThrow('schema was changed');
  });

  test('and so is a file that is no database', () => {
    const folder = testFolder();
    writeFileSync(databasePath(folder), 'not a database, but long enough for a header of SQLite\n'.repeat(100), {
      mode: 0o600,
    });
    expect(() => openDatabase(folder)).toThrow(expect.objectContaining({ code: 'keystore_corrupt' }));
  });
});

test('every commit is synced, deleted content is overwritten, no other database can be attached', () => {
  const database = openDatabase(testFolder());
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect(pragma('journal_mode')).toBe('wal');
  expect(pragma('synchronous')).toBe(2);
  expect(pragma('secure_delete')).toBe(1);
  expect(pragma('trusted_schema')).toBe(0);
  expect(() => database.exec("ATTACH ':memory:' AS other")).toThrow();
  database.close();
});
