import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import type { Keystore } from './keystore.ts';
import { newKey, type TestStore, testStore } from './test-store.ts';

interface Row {
  readonly path: string;
  readonly value: Buffer;
}

let store: TestStore;
let keystore: Keystore;
let database: DatabaseSync;

beforeEach(async () => {
  store = testStore();
  keystore = await store.open({ now: () => 1_000 });
  for (let index = 0; index < 24; index++) await keystore.create(newKey(`key-${index}`));
  await keystore.rename({ ...renameTo('renamed'), nameOrId: 'key-3' });
  (await keystore.systemSecret('log/seed', () => Secret.copy(Buffer.alloc(32, 9)))).dispose();
  database = store.database();
});

function renameTo(newName: string) {
  return { newName, requestId: `rename-${newName}`, requestDigest: newName, principal: 'alice' };
}

function rows(kind = ''): Row[] {
  const all = 'SELECT * FROM rows UNION ALL SELECT * FROM sealed_0 UNION ALL SELECT * FROM sealed_1';
  const found = database
    .prepare(`SELECT path, value FROM (${all}) WHERE path >= ? AND path < ? ORDER BY path`)
    .all(kind, `${kind}~`);
  return found.map(({ path, value }) => ({ path: String(path), value: Buffer.from(value as Uint8Array) }));
}

/** Sealed rows of the first generation have a table of their own. */
function tableOf(path: string): string {
  return /^(version|system)\//.test(path) ? 'sealed_1' : 'rows';
}

function setRow(path: string, value: Buffer): void {
  expect(database.prepare(`UPDATE ${tableOf(path)} SET value = ? WHERE path = ?`).run(value, path).changes).toBe(1);
}

function removeRow(path: string): void {
  expect(database.prepare(`DELETE FROM ${tableOf(path)} WHERE path = ?`).run(path).changes).toBe(1);
}

function flipped(bytes: Buffer, offset: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[offset] = changed.readUInt8(offset) ^ (1 << (offset % 8));
  return changed;
}

/** Every offset of short data, a sample of longer data that includes both ends. */
function offsetsOf(bytes: Buffer, stride: number): number[] {
  const offsets = Array.from({ length: Math.ceil(bytes.length / stride) }, (_, index) => index * stride);
  return [...new Set([...offsets, bytes.length - 1])];
}

const corrupt = { code: 'keystore_corrupt' };

/** Nothing that reads the whole store accepts it, neither the running process nor the next one. */
async function expectDetected(what: string): Promise<void> {
  await expect(keystore.verify(), what).rejects.toMatchObject(corrupt);
  const opening = store.open().then(async (next) => {
    try {
      await next.verify();
    } finally {
      await next.close();
    }
  });
  await expect(opening, `${what}, reopened`).rejects.toMatchObject({
    code: expect.stringMatching(/^(keystore_corrupt|config_invalid)$/),
  });
}

describe('a flipped byte', () => {
  test('of any row is found by verify', async () => {
    for (const { path, value } of rows()) {
      for (const offset of offsetsOf(value, 61)) {
        setRow(path, flipped(value, offset));
        await expect(keystore.verify(), `${path} at ${offset}`).rejects.toMatchObject(corrupt);
      }
      setRow(path, value);
    }
    await keystore.verify();
  });

  test('of one row of each kind is found after reopening too', async () => {
    for (const kind of ['key/', 'name/', 'version/', 'outcome/', 'system/']) {
      const [row] = rows(kind);
      if (row === undefined) throw new Error(`no ${kind} row`);
      for (const offset of offsetsOf(row.value, 5)) {
        setRow(row.path, flipped(row.value, offset));
        await expectDetected(`${row.path} at ${offset}`);
      }
      setRow(row.path, row.value);
    }
    await keystore.verify();
  });

  test('is found by the operation that reads the row, and only there', async () => {
    const record = await keystore.get('key-7');
    const id = record?.id ?? '';
    const reads: Record<string, () => Promise<unknown>> = {
      [`key/${id}`]: () => keystore.get(id),
      'name/key-7': () => keystore.get('key-7'),
      [`version/${id}/1`]: () => keystore.unseal(id, 1),
      'outcome/create-key-7/alice': () => keystore.create(newKey('key-7')),
      'system/log/seed': () => keystore.systemSecret('log/seed', () => Secret.copy(Buffer.alloc(32))),
    };
    for (const { path, value } of rows().filter((row) => row.path in reads)) {
      setRow(path, flipped(value, value.length >> 1));
      await expect(reads[path]?.(), path).rejects.toMatchObject(corrupt);
      expect((await keystore.get('key-8'))?.name).toBe('key-8');
      setRow(path, value);
      await reads[path]?.();
    }
    setRow('name/key-7', Buffer.from(flipped(Buffer.from(id), 6)));
    await expect(keystore.list({ limit: 100 })).rejects.toMatchObject(corrupt);
    await expect(keystore.rename({ ...renameTo('other'), nameOrId: id })).rejects.toMatchObject(corrupt);
  });

  test('of any tree node is found', async () => {
    const nodes = database.prepare('SELECT prefix, node FROM nodes').all();
    expect(nodes.length).toBeGreaterThan(10);
    const update = database.prepare('UPDATE nodes SET node = ? WHERE prefix = ?');
    for (const { prefix, node } of nodes) {
      const bytes = Buffer.from(node as Uint8Array);
      for (const offset of offsetsOf(bytes, 41)) {
        update.run(flipped(bytes, offset), prefix ?? '');
        await expect(keystore.verify(), `node ${prefix} at ${offset}`).rejects.toMatchObject(corrupt);
      }
      if (prefix === '') {
        await expectDetected('root node');
        await expect(keystore.create(newKey('another'))).rejects.toMatchObject(corrupt);
        await expect(keystore.get('absent')).rejects.toMatchObject(corrupt);
      }
      update.run(bytes, prefix ?? '');
    }
    await keystore.verify();
  });

  test('of the state row is found', async () => {
    const { body, mac } = database.prepare('SELECT body, mac FROM state').get() as Record<string, Uint8Array>;
    const update = database.prepare('UPDATE state SET body = ?, mac = ?');
    const before = Buffer.from(body ?? '');
    const proof = Buffer.from(mac ?? '');
    for (const offset of offsetsOf(before, 3)) {
      update.run(flipped(before, offset), proof);
      await expectDetected(`state body at ${offset}`);
      await expect(keystore.create(newKey('another'))).rejects.toMatchObject(corrupt);
    }
    for (const changed of ['null', '[]', '7', '{}', '']) {
      update.run(Buffer.from(changed), proof);
      await expectDetected(`state body ${changed}`);
    }
    for (const offset of offsetsOf(proof, 1)) {
      update.run(before, flipped(proof, offset));
      await expect(store.open(), `state mac at ${offset}`).rejects.toMatchObject(corrupt);
    }
    database.exec('DELETE FROM state');
    await expectDetected('no state');
  });

  test('of the database file either changes nothing or is found', { timeout: 180_000 }, async () => {
    const expected = await contentOf(keystore);
    await keystore.close();
    database.close();
    const path = join(store.folder, 'store/keystore.db');
    const good = readFileSync(path);
    let found = 0;
    for (let offset = 0; offset < good.length; offset += 211) {
      writeFileSync(path, flipped(good, offset));
      const outcome = await store.open().then(
        async (next) => {
          try {
            await next.verify();
            return await contentOf(next);
          } catch (error) {
            return (error as { code: string }).code;
          } finally {
            await next.close();
          }
        },
        (error) => error.code,
      );
      if (typeof outcome === 'string') {
        expect(outcome, `offset ${offset}`).toMatch(/^(keystore_corrupt|config_invalid)$/);
        found++;
      } else {
        expect(outcome, `offset ${offset}`).toEqual(expected);
      }
      writeFileSync(path, good);
    }
    expect(found).toBeGreaterThan(50);
  });
});

async function contentOf(keystore: Keystore): Promise<unknown> {
  const records = await keystore.list({ limit: 1_000 });
  const secrets: string[] = [];
  for (const { id } of records) {
    const { secret } = await keystore.unseal(id, 1);
    secrets.push(secret.bytes.toString('hex'));
    secret.dispose();
  }
  return { records, secrets, root: await keystore.root() };
}

describe('rows that are genuine but out of place', () => {
  test('an older row put back is found', async () => {
    const { id = '' } = (await keystore.get('key-5')) ?? {};
    const before = rows().filter(({ path }) => path.includes(id));
    expect(before.map(({ path }) => path)).toEqual([`key/${id}`, `version/${id}/1`]);
    await keystore.rename({ ...renameTo('newer'), nameOrId: id });
    const after = rows().filter(({ path }) => path.includes(id));
    for (const { path, value } of before) {
      setRow(path, value);
      await expectDetected(`old ${path}`);
      for (const current of after) setRow(current.path, current.value);
    }
    database.prepare('INSERT INTO rows (path, value) VALUES (?, ?)').run('name/key-5', Buffer.from(id));
    await expect(keystore.get('key-5')).rejects.toMatchObject(corrupt);
    await expectDetected('old name');
  });

  test('two rows that changed places are found', async () => {
    for (const kind of ['key/', 'name/', 'version/', 'outcome/']) {
      const [first, second] = rows(kind);
      if (first === undefined || second === undefined) throw new Error(`no two ${kind} rows`);
      setRow(first.path, second.value);
      setRow(second.path, first.value);
      await expectDetected(kind);
      setRow(first.path, first.value);
      setRow(second.path, second.value);
    }
    await keystore.verify();
  });

  test('a row that was removed is found, whichever it is', async () => {
    for (const { path, value } of rows()) {
      removeRow(path);
      await expect(keystore.verify(), path).rejects.toMatchObject(corrupt);
      database.prepare(`INSERT INTO ${tableOf(path)} (path, value) VALUES (?, ?)`).run(path, value);
    }
    const { id = '' } = (await keystore.get('key-5')) ?? {};
    removeRow('name/key-5');
    await expect(keystore.get('key-5')).rejects.toMatchObject(corrupt);
    // Not a free name either: nobody can take the place of the hidden key.
    await expect(keystore.create(newKey('key-5', { requestId: 'again' }))).rejects.toMatchObject(corrupt);
    expect((await keystore.get(id))?.name).toBe('key-5');
    removeRow('outcome/create-key-6/alice');
    await expect(keystore.create(newKey('key-6'))).rejects.toMatchObject(corrupt);
    await expectDetected('removed rows');
  });

  test('a row that nobody wrote is found', async () => {
    const insert = database.prepare('INSERT INTO rows (path, value) VALUES (?, ?)');
    for (const path of ['name/forged', 'key/key_AAAAAAAAAAAAAAAAAAAAAA', 'forged', '']) {
      insert.run(path, Buffer.from('key_AAAAAAAAAAAAAAAAAAAAAA'));
      await expectDetected(path);
      removeRow(path);
    }
    database.prepare('INSERT INTO nodes (prefix, node) VALUES (?, ?)').run('ffffff', Buffer.of(1, 0, 0, 0, 0));
    await expectDetected('forged node');
  });

  test('the row, node and state rows of another store under the same root key are found', async () => {
    const other = await store.open({
      folder: join(store.folder, 'other'),
      generationFolder: join(store.folder, 'other-generations'),
    });
    await other.create(newKey('key-0'));
    await other.close();
    database.exec(`ATTACH '${join(store.folder, 'other/keystore.db')}' AS other`);
    database.exec('UPDATE state SET (body, mac) = (SELECT body, mac FROM other.state)');
    await expectDetected('state of another store');
  });
});

test('a whole earlier database put in place while the store runs is found', async () => {
  const tables = { rows: 'path, value', sealed_1: 'path, value', nodes: 'prefix, node', state: 'slot, body, mac' };
  for (const [table, columns] of Object.entries(tables)) {
    database.exec(`CREATE TEMP TABLE old_${table} AS SELECT ${columns} FROM ${table}`);
  }
  const late = await keystore.create(newKey('late'));
  for (const table of Object.keys(tables)) {
    database.exec(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM old_${table}`);
  }
  await expect(keystore.get('late')).rejects.toMatchObject(corrupt);
  await expect(keystore.get('absent')).rejects.toMatchObject(corrupt);
  await expect(keystore.unseal(late.id, 1)).rejects.toMatchObject(corrupt);
  await expect(keystore.create(newKey('later'))).rejects.toMatchObject(corrupt);
  await expect(keystore.verify()).rejects.toMatchObject(corrupt);
  expect(rows('name/late')).toEqual([]);
});
