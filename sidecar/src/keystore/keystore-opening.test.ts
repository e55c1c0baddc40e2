import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { keystoreExists } from './keystore.ts';
import { filesBelow, newKey, secretOf, testStore } from './test-store.ts';

describe('opening refuses', () => {
  test('another root key, and leaves the store as it was', async () => {
    const store = testStore();
    const keystore = await store.open();
    const { id } = await keystore.create(newKey('a'));
    await keystore.close();
    using other = Secret.take(randomBytes(32));
    await expect(store.open({ rootKeys: [other] })).rejects.toMatchObject({
      code: 'config_invalid',
      detail: 'the root key is not the one that made this keystore',
    });
    const again = await store.open();
    expect(await secretOf(again, id)).toHaveLength(64);
    await again.close();
  });

  test('a missing, a shortened and another generation secret', async () => {
    const store = testStore();
    const keystore = await store.open();
    await keystore.create(newKey('a'));
    await keystore.close();
    const other = testStore();
    await (await other.open()).close();
    const generationFolder = join(other.folder, 'generations');
    const mixed = await store.open({ generationFolder });
    await expect(mixed.unseal('a', 1)).rejects.toMatchObject({ code: 'keystore_corrupt' });
    await expect(mixed.verify()).rejects.toMatchObject({ code: 'keystore_corrupt' });
    await mixed.close();
    rmSync(join(store.folder, 'generations'), { recursive: true });
    await expect(store.open()).rejects.toMatchObject({ code: 'keystore_corrupt' });
  });

  test('a database that vanished', async () => {
    const store = testStore();
    await (await store.open()).close();
    rmSync(join(store.folder, 'store'), { recursive: true });
    await expect(store.open()).rejects.toMatchObject({ code: 'keystore_corrupt', detail: 'the database is missing' });
  });

  test('a folder or file that others may enter, and a link in its place', async () => {
    const store = testStore();
    await (await store.open()).close();
    const folder = join(store.folder, 'store');
    const paths = [folder, join(folder, 'keystore.db'), join(store.folder, 'generations')];
    for (const path of [...paths, join(store.folder, 'generations/generation-1.secret')]) {
      const { mode } = statSync(path);
      chmodSync(path, mode | 0o040);
      await expect(store.open(), path).rejects.toMatchObject({ code: 'config_invalid' });
      chmodSync(path, mode);
    }
    symlinkSync(folder, join(store.folder, 'link'));
    await expect(store.open({ folder: join(store.folder, 'link') })).rejects.toMatchObject({ code: 'config_invalid' });
    await (await store.open()).close();
  });
});

test('a first start that died before it was complete begins anew', async () => {
  const store = testStore();
  const folder = join(store.folder, 'store');
  expect(keystoreExists(folder)).toBe(false);
  await (await store.open()).close();
  expect(keystoreExists(folder)).toBe(true);
  // As if the process had died between the generation secret and the commit of the empty store.
  rmSync(folder, { recursive: true });
  const final = join(store.folder, 'generations/generation-1.secret');
  renameSync(final, `${final}.new`);
  const keystore = await store.open();
  await keystore.create(newKey('a'));
  await keystore.close();
  // As if it had died between that commit and the final name of the secret.
  renameSync(final, `${final}.new`);
  const again = await store.open();
  expect(await secretOf(again, 'a')).toHaveLength(64);
  await again.close();
  expect(readdirSync(join(store.folder, 'generations'))).toEqual(['generation-1.secret']);
});

test('folders are 0700 and files 0600, whatever the umask', async () => {
  const umask = process.umask(0);
  try {
    const store = testStore();
    const keystore = await store.open();
    await keystore.create(newKey('a'));
    const files = filesBelow(store.folder);
    expect(files.map((file) => file.slice(store.folder.length)).sort()).toEqual([
      '/generations/generation-1.secret',
      '/store/keystore.db',
      '/store/keystore.db-shm',
      '/store/keystore.db-wal',
    ]);
    for (const file of files) expect(statSync(file).mode & 0o777, file).toBe(0o600);
    for (const name of ['generations', 'store']) expect(statSync(join(store.folder, name)).mode & 0o777).toBe(0o700);
    await keystore.close();
  } finally {
    process.umask(umask);
  }
});
