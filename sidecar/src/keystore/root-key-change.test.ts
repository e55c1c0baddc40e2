import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { newKey, type TestStore, testStore } from './test-store.ts';
import { expectSecrets, filledStore, finishTurnover } from './test-turnover.ts';

const newRootKey = randomBytes(32);

function storedTurnover(store: TestStore): { earlierKek?: string } | undefined {
  const database = store.database();
  const body = database.prepare('SELECT body FROM state').get()?.body;
  database.close();
  return JSON.parse(Buffer.from(body as Uint8Array).toString()).turnover;
}

test('the new root key opens the store at once and alone, before and after the turnover', async () => {
  const store = testStore();
  const { keystore, secrets } = await filledStore(store, 20);
  using old = Secret.copy(store.rootKey);
  using next = Secret.copy(newRootKey);
  expect(await keystore.changeRootKey(next)).toBe(2);
  await expectSecrets(keystore, secrets);
  await keystore.rewrapSome(7);
  await keystore.close();

  await expect(store.open({ rootKeys: [old] })).rejects.toMatchObject({
    code: 'config_invalid',
    detail: 'the root key is not the one that made this keystore',
  });
  const half = await store.open({ rootKeys: [old, next] });
  await expectSecrets(half, secrets);
  await half.verify();
  await half.create(newKey('late'));
  await finishTurnover(half);
  await half.close();

  const after = await store.open({ rootKeys: [next] });
  await expectSecrets(after, secrets);
  // The next generation is derived from the new root key too.
  await after.beginGeneration();
  await finishTurnover(after);
  await after.close();
  await expect(store.open({ rootKeys: [old] })).rejects.toMatchObject({ code: 'config_invalid' });
  const last = await store.open({ rootKeys: [next] });
  await expectSecrets(last, secrets);
  await last.verify();
  await last.close();
});

test('the earlier KEK is stored only while the root key changes, and leaves no trace', async () => {
  const store = testStore();
  const { keystore } = await filledStore(store, 20);
  await keystore.beginGeneration();
  expect(storedTurnover(store)).toEqual({ from: 1, rewrapped: 0, total: 21 });
  await finishTurnover(keystore);
  using next = Secret.copy(newRootKey);
  await keystore.changeRootKey(next);
  const { earlierKek = '' } = storedTurnover(store) ?? {};
  expect(Buffer.from(earlierKek, 'base64url')).toHaveLength(1 + 12 + 32 + 16);
  expect(await keystore.scanFor([Buffer.from(earlierKek)])).not.toEqual([]);
  await finishTurnover(keystore);
  expect(storedTurnover(store)).toBeUndefined();
  expect(await keystore.scanFor([Buffer.from(earlierKek)])).toEqual([]);
  await keystore.close();
});

test('afterwards the old root key does not open a copy from before either', async () => {
  const store = testStore();
  const { keystore } = await filledStore(store, 20);
  cpSync(join(store.folder, 'store'), join(store.folder, 'before'), { recursive: true });
  using next = Secret.copy(newRootKey);
  await keystore.changeRootKey(next);
  await finishTurnover(keystore);
  await keystore.close();
  await expect(store.open({ folder: join(store.folder, 'before') })).rejects.toMatchObject({
    code: 'keystore_corrupt',
  });
  // Whatever secret is offered for the one that was erased.
  const forged = join(store.folder, 'forged');
  cpSync(join(store.folder, 'generations'), forged, { recursive: true });
  cpSync(join(forged, 'generation-2.secret'), join(forged, 'generation-1.secret'));
  cpSync(join(store.folder, 'before'), join(store.folder, 'again'), { recursive: true });
  const onlyFirst = join(store.folder, 'only-first');
  cpSync(forged, onlyFirst, { recursive: true, filter: (path) => !path.endsWith('-2.secret') });
  const opened = await store.open({ folder: join(store.folder, 'again'), generationFolder: onlyFirst });
  await expect(opened.unseal('key-3', 1)).rejects.toMatchObject({ code: 'keystore_corrupt' });
  await opened.close();
});

test('a candidate that lies about the store is refused', async () => {
  const store = testStore();
  const { keystore } = await filledStore(store, 20);
  await keystore.close();
  using other = Secret.copy(newRootKey);
  await expect(store.open({ rootKeys: [other] })).rejects.toMatchObject({ code: 'config_invalid' });
  using old = Secret.copy(store.rootKey);
  await (await store.open({ rootKeys: [other, old] })).close();
  // A state that names another root key, but was made by none that is offered.
  const elsewhere = testStore();
  await (await elsewhere.open({ rootKeys: [other] })).close();
  const foreign = elsewhere.database().prepare('SELECT body FROM state').get()?.body ?? null;
  const database = store.database();
  database.prepare('UPDATE state SET body = ?').run(foreign);
  database.close();
  await expect(store.open({ rootKeys: [old, other] })).rejects.toMatchObject({ code: 'keystore_corrupt' });
  await expect(store.open({ rootKeys: [old] })).rejects.toMatchObject({ code: 'config_invalid' });
});
