import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { filesBelow, newKey, secretOf, testStore } from './test-store.ts';

describe('a key', () => {
  test('is created, found, listed, renamed and unsealed, and all of it again after reopening', async () => {
    const store = testStore();
    let keystore = await store.open({ now: () => 1_000 });
    const secret = randomBytes(32);
    const made = await keystore.create(newKey('payments/signing', { secret: Secret.copy(secret) }));
    expect(made).toMatchObject({
      name: 'payments/signing',
      owner: 'alice',
      type: 'private',
      extractable: false,
      usages: ['sign'],
      labels: { team: 'payments' },
      createdAt: 1_000,
      updatedAt: 1_000,
      revision: 1,
    });
    expect(made.id).toMatch(/^key_[A-Za-z0-9_-]{22}$/);
    expect(made.versions).toHaveLength(1);
    expect(made.versions[0]).toMatchObject({ version: 1, state: 'active', createdAt: 1_000 });
    expect(await keystore.get('payments/signing')).toEqual(made);
    expect(await keystore.get(made.id)).toEqual(made);
    expect(await keystore.list({ limit: 10 })).toEqual([made]);
    await keystore.close();

    keystore = await store.open({ now: () => 2_000 });
    expect(await keystore.get('payments/signing')).toEqual(made);
    const change = { nameOrId: 'payments/signing', newName: 'payments/old', requestId: 'rename-1', requestDigest: 'r' };
    const renamed = await keystore.rename({ ...change, principal: 'alice' });
    expect(renamed).toEqual({ ...made, name: 'payments/old', updatedAt: 2_000, revision: 2 });
    expect(await keystore.get('payments/signing')).toBeUndefined();
    await keystore.close();

    keystore = await store.open();
    expect(await keystore.get(made.id)).toEqual(renamed);
    expect(await keystore.get('payments/old')).toEqual(renamed);
    expect(await secretOf(keystore, made.id)).toBe(secret.toString('hex'));
    expect(await keystore.unseal('payments/old', 1)).toMatchObject({
      format: 'raw-private',
      algorithm: { name: 'ECDSA', namedCurve: 'P-256' },
    });
    expect(await keystore.count()).toBe(1);
    expect((await keystore.verify()).root).toBe(await keystore.root());
    await keystore.close();
  });

  test('that is not there is proven absent, and cannot be renamed or unsealed', async () => {
    const keystore = await testStore().open();
    const { id } = await keystore.create(newKey('a'));
    expect(await keystore.get('b')).toBeUndefined();
    expect(await keystore.get(`key_${'A'.repeat(22)}`)).toBeUndefined();
    await expect(keystore.unseal('b', 1)).rejects.toMatchObject({ code: 'not_found' });
    await expect(keystore.unseal(id, 2)).rejects.toMatchObject({ code: 'not_found' });
    const change = { nameOrId: 'b', newName: 'c', requestId: 'rename-1', requestDigest: 'r', principal: 'alice' };
    await expect(keystore.rename(change)).rejects.toMatchObject({ code: 'not_found' });
    await keystore.close();
  });

  test('cannot take a name that is taken or looks like an id', async () => {
    const keystore = await testStore().open();
    const { id } = await keystore.create(newKey('a'));
    await keystore.create(newKey('b'));
    const again = newKey('a', { requestId: 'another' });
    await expect(keystore.create(again)).rejects.toMatchObject({ code: 'already_exists' });
    await expect(keystore.create(newKey(id))).rejects.toMatchObject({ code: 'invalid_params' });
    const change = { nameOrId: 'a', newName: 'b', requestId: 'rename-1', requestDigest: 'r', principal: 'alice' };
    await expect(keystore.rename(change)).rejects.toMatchObject({ code: 'already_exists' });
    expect(await keystore.count()).toBe(2);
    expect((await keystore.verify()).rows).toBe(8);
    await keystore.close();
  });
});

describe('a repeated request', () => {
  test('gets the first outcome, also after a rename and after reopening', async () => {
    const store = testStore();
    let keystore = await store.open();
    const made = await keystore.create(newKey('a'));
    const change = { nameOrId: 'a', newName: 'b', requestId: 'rename-1', requestDigest: 'r', principal: 'alice' };
    const renamed = await keystore.rename(change);
    await keystore.close();
    keystore = await store.open();
    expect(await keystore.create(newKey('a'))).toEqual(made);
    expect(await keystore.rename(change)).toEqual(renamed);
    expect(await keystore.outcome('alice', 'create-a', 'digest of a')).toEqual(made);
    expect(await keystore.outcome('alice', 'never-made', 'digest of a')).toBeUndefined();
    expect(await keystore.count()).toBe(1);
    await keystore.close();
  });

  test('conflicts when it is another request, and is free for another principal', async () => {
    const keystore = await testStore().open();
    await keystore.create(newKey('a', { requestId: 'request-1' }));
    const other = newKey('b', { requestId: 'request-1' });
    await expect(keystore.create(other)).rejects.toMatchObject({ code: 'request_conflict' });
    const change = { nameOrId: 'a', newName: 'b', requestId: 'request-1', requestDigest: 'r', principal: 'alice' };
    await expect(keystore.rename(change)).rejects.toMatchObject({ code: 'request_conflict' });
    await expect(keystore.outcome('alice', 'request-1', 'r')).rejects.toMatchObject({ code: 'request_conflict' });
    expect(await keystore.outcome('bob', 'request-1', 'r')).toBeUndefined();
    expect((await keystore.create({ ...other, principal: 'bob' })).name).toBe('b');
    await keystore.close();
  });
});

describe('list', () => {
  test('goes over 300 keys by prefix, in the order of names', async () => {
    const keystore = await testStore().open();
    const names = Array.from({ length: 300 }, (_, index) => `${index % 3 === 0 ? 'a/' : 'b/'}${String(index * 7)}`);
    for (const name of names) await keystore.create(newKey(name));
    const wanted = names.filter((name) => name.startsWith('b/')).sort();
    const found: string[] = [];
    for (let after: string | undefined; ; after = found.at(-1)) {
      const records = await keystore.list({ prefix: 'b/', limit: 33, ...(after !== undefined && { after }) });
      expect(records.length).toBe(Math.min(33, wanted.length - found.length));
      found.push(...records.map(({ name }) => name));
      if (records.length < 33) break;
    }
    expect(found).toEqual(wanted);
    expect((await keystore.list({ limit: 1_000 })).map(({ name }) => name)).toEqual([...names].sort());
    expect(await keystore.list({ prefix: 'c', limit: 5 })).toEqual([]);
    await keystore.close();
  });

  test('a place outside of the prefix never leads there', async () => {
    const keystore = await testStore().open();
    for (const name of ['a/1', 'a/2', 'b/1', 'b/2', 'c/1']) await keystore.create(newKey(name));
    const records = await keystore.list({ prefix: 'b/', limit: 10, after: 'a/1' });
    expect(records.map(({ name }) => name)).toEqual(['b/1', 'b/2']);
    expect(await keystore.list({ prefix: 'b/', limit: 10, after: 'c/1' })).toEqual([]);
    expect(await keystore.list({ limit: 1, after: 'b/11' })).toMatchObject([{ name: 'b/2' }]);
    await keystore.close();
  });
});

test('no secret appears in any file, in any spelling', async () => {
  const store = testStore();
  const keystore = await store.open();
  const planted = Buffer.from('a planted secret of 32 bytes !!!');
  const system = Buffer.from('a planted system secret of the log');
  for (let index = 0; index < 20; index++) await keystore.create(newKey(`k${index}`, { secret: Secret.copy(planted) }));
  const rename = { nameOrId: 'k1', newName: 'renamed', requestId: 'rename-1', requestDigest: 'r', principal: 'alice' };
  await keystore.rename(rename);
  (await keystore.systemSecret('log/seed', () => Secret.copy(system))).dispose();
  const scan = () => {
    for (const file of filesBelow(store.folder)) {
      const content = readFileSync(file);
      for (const secret of [planted, system, store.rootKey]) {
        expect(content.includes(secret), file).toBe(false);
        for (const encoding of ['hex', 'base64', 'base64url'] as const) {
          expect(content.includes(secret.toString(encoding).slice(0, 40)), file).toBe(false);
        }
      }
    }
  };
  scan();
  await keystore.close();
  scan();
  // The scan is able to find: names are in the clear.
  expect(readFileSync(join(store.folder, 'store/keystore.db')).includes('renamed')).toBe(true);
});

describe('a system secret', () => {
  test('is made once and kept, also over a restart', async () => {
    const store = testStore();
    let keystore = await store.open();
    using made = await keystore.systemSecret('log/seed', () => Secret.take(randomBytes(32)));
    await keystore.close();
    keystore = await store.open();
    const refuse = () => {
      throw new Error('made again');
    };
    using kept = await keystore.systemSecret('log/seed', refuse);
    expect(kept.bytes).toEqual(made.bytes);
    using other = await keystore.systemSecret('log/other', () => Secret.take(randomBytes(32)));
    expect(other.bytes).not.toEqual(made.bytes);
    expect(await keystore.count()).toBe(0);
    expect((await keystore.verify()).rows).toBe(2);
    await keystore.close();
  });
});

test('a closed keystore answers nothing', async () => {
  const keystore = await testStore().open();
  await keystore.create(newKey('a'));
  await keystore.close();
  await expect(keystore.get('a')).rejects.toMatchObject({ code: 'keystore_unavailable' });
  await expect(keystore.create(newKey('b'))).rejects.toMatchObject({ code: 'keystore_unavailable' });
  await expect(keystore.unseal('a', 1)).rejects.toMatchObject({ code: 'keystore_unavailable' });
  await expect(keystore.verify()).rejects.toMatchObject({ code: 'keystore_unavailable' });
});
