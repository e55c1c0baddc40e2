import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { moveVersions } from './key-moves.ts';
import type { Keystore } from './keystore.ts';
import { secretOf, type TestStore, testStore } from './test-store.ts';
import { storeOfFormat1 } from './test-store-of-format-1.ts';
import { finishTurnover } from './test-turnover.ts';

async function opened(store: TestStore): Promise<Keystore> {
  using rootKey = Secret.copy(storeOfFormat1.rootKey);
  return await store.open({ rootKeys: [rootKey] });
}

function unpacked(): TestStore {
  const store = testStore();
  for (const folder of ['store', 'generations']) mkdirSync(join(store.folder, folder), { mode: 0o700 });
  const { database, generationSecret } = storeOfFormat1;
  writeFileSync(join(store.folder, 'store/keystore.db'), gunzipSync(database), { mode: 0o600 });
  writeFileSync(join(store.folder, 'generations/generation-1.secret'), generationSecret, { mode: 0o600 });
  return store;
}

async function expectSecrets(keystore: Keystore, names: readonly string[]): Promise<void> {
  expect((await keystore.list({ limit: 9 })).map(({ name }) => name)).toEqual(['orders/a', 'orders/b', 'orders/d']);
  for (const name of names) {
    const byte = { 'orders/a': '01', 'orders/b': '02', 'orders/d': '03' }[name] ?? '';
    expect(await secretOf(keystore, name)).toBe(byte.repeat(32));
  }
  using seed = await keystore.systemSecret('log/seed', () => Secret.copy(Buffer.alloc(32)));
  expect(seed.bytes).toEqual(Buffer.alloc(32, 9));
  await keystore.verify();
}

test('a store of format 1 opens with the same root and turns over', async () => {
  const store = unpacked();
  const keystore = await opened(store);
  expect(await keystore.root()).toBe('d7f8f491018f56b2400573a16c85b132c5beb0f3adad4041011bae38e12a38e6');
  await expectSecrets(keystore, ['orders/a', 'orders/b', 'orders/d']);
  await keystore.beginGeneration();
  await finishTurnover(keystore, 2);
  await expectSecrets(keystore, ['orders/a', 'orders/b', 'orders/d']);
  await keystore.close();
  const again = await opened(store);
  await expectSecrets(again, ['orders/a', 'orders/b', 'orders/d']);
  await again.close();
});

test('what a store of format 1 held is not found any more once it was destroyed', async () => {
  const store = unpacked();
  const plain = store.database();
  const rows = plain.prepare("SELECT value FROM rows WHERE path LIKE 'version/%'").all();
  plain.close();
  const sealed = rows.map(({ value }) => JSON.parse(Buffer.from(value as Uint8Array).toString()).sealed);
  const texts = sealed.flatMap(({ dek, secret }) => [Buffer.from(dek), Buffer.from(secret)]);
  const keystore = await opened(store);
  expect((await keystore.scanFor(texts)).length).toBeGreaterThanOrEqual(6);
  for (const move of ['deactivate', 'destroy', 'erase'] as const) {
    await keystore.revise('orders/d', (before) => moveVersions(before, move, { nowMs: 5_000, destroyAt: 5_000 }));
  }
  await keystore.beginGeneration();
  await finishTurnover(keystore);
  // The secrets of the other two keys stay as they were sealed; only their DEKs were wrapped anew.
  const left = (await keystore.scanFor(texts)).map(({ needle }) => texts[needle]?.toString());
  const kept = new Set(sealed.map(({ secret }) => secret));
  expect(left).toHaveLength(2);
  for (const text of left) expect(kept).toContain(text);
  await expectSecrets(keystore, ['orders/a', 'orders/b']);
  await keystore.close();
});
