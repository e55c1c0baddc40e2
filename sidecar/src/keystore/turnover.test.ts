import { closeSync, openSync, readSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { newKey, secretOf, testStore } from './test-store.ts';
import { expectSecrets, filledStore, finishTurnover, secretFile, secretFiles } from './test-turnover.ts';

describe('a turnover', () => {
  test('brings every secret under the new generation and erases the secret of the earlier one', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 20);
    expect(await keystore.generation()).toEqual({ present: 1 });
    expect(await keystore.rewrapSome(5)).toEqual({ done: true, rewrapped: 0 });
    const earlier = openSync(secretFile(store, 1), 'r');
    expect(await keystore.beginGeneration()).toBe(2);
    expect(await keystore.generation()).toEqual({ present: 2, turningOver: { from: 1, rewrapped: 0, total: 21 } });
    expect(secretFiles(store)).toEqual(['generation-1.secret', 'generation-2.secret']);
    await expectSecrets(keystore, secrets);
    expect(await keystore.rewrapSome(5)).toEqual({ done: false, rewrapped: 5 });
    expect(await keystore.generation()).toMatchObject({ turningOver: { rewrapped: 5, total: 21 } });
    await expectSecrets(keystore, secrets);
    await keystore.verify();
    expect(await finishTurnover(keystore)).toBe(16);
    expect(await keystore.generation()).toEqual({ present: 2 });
    expect(secretFiles(store)).toEqual(['generation-2.secret']);
    // Whoever still has the file open reads zeros.
    const left = Buffer.alloc(64, 1);
    expect(readSync(earlier, left, 0, 64, 0)).toBe(32);
    expect(left.subarray(0, 32)).toEqual(Buffer.alloc(32));
    closeSync(earlier);
    await expectSecrets(keystore, secrets);
    await keystore.verify();
    await keystore.close();
    const again = await store.open();
    await expectSecrets(again, secrets);
    await again.verify();
    expect(await again.beginGeneration()).toBe(3);
    expect(await finishTurnover(again)).toBe(21);
    await expectSecrets(again, secrets);
    await again.close();
  });

  test('of an empty store ends at once, and a second one waits for the first', async () => {
    const keystore = await testStore().open();
    await keystore.beginGeneration();
    await expect(keystore.beginGeneration()).rejects.toMatchObject({ code: 'operation_failed' });
    using rootKey = Secret.copy(Buffer.alloc(32, 1));
    await expect(keystore.changeRootKey(rootKey)).rejects.toMatchObject({ code: 'operation_failed' });
    for (const limit of [0, -1, Number.NaN]) await expect(keystore.rewrapSome(limit)).rejects.toThrow(RangeError);
    expect(await keystore.rewrapSome(1)).toEqual({ done: true, rewrapped: 0 });
    const both = [keystore.beginGeneration(), keystore.beginGeneration()];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await finishTurnover(keystore);
    await keystore.close();
  });

  test('that could not begin leaves the store as it was, and begins later', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 3);
    using rootKey = Secret.copy(Buffer.alloc(32, 1));
    const writer = store.database();
    writer.exec('BEGIN IMMEDIATE');
    await expect(keystore.beginGeneration()).rejects.toMatchObject({ code: 'keystore_unavailable' });
    await expect(keystore.changeRootKey(rootKey)).rejects.toMatchObject({ code: 'keystore_unavailable' });
    writer.exec('ROLLBACK');
    expect(await keystore.generation()).toEqual({ present: 1 });
    await expectSecrets(keystore, secrets);
    expect(await keystore.beginGeneration()).toBe(2);
    await finishTurnover(keystore);
    expect(secretFiles(store)).toEqual(['generation-2.secret']);
    await keystore.close();
    const again = await store.open();
    await expectSecrets(again, secrets);
    await again.close();
  });

  test('goes on after a restart where it was', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 30);
    await keystore.beginGeneration();
    await keystore.rewrapSome(11);
    await keystore.close();
    const again = await store.open();
    expect(await again.generation()).toEqual({ present: 2, turningOver: { from: 1, rewrapped: 11, total: 31 } });
    await expectSecrets(again, secrets);
    await again.verify();
    expect(await finishTurnover(again, 7)).toBe(20);
    expect(secretFiles(store)).toEqual(['generation-2.secret']);
    await expectSecrets(again, secrets);
    await again.close();
  });

  test('lets keys be made, changed and verified meanwhile; those need no rewrapping', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 40);
    const ids = [...secrets.keys()];
    await keystore.beginGeneration();
    const turning = finishTurnover(keystore, 5);
    for (let index = 0; index < 30; index++) {
      const { id } = await keystore.create(newKey(`late-${index}`));
      secrets.set(id, await secretOf(keystore, id));
      const change = { nameOrId: ids[39 - index] ?? '', newName: `renamed-${index}` };
      await keystore.rename({ ...change, requestId: `r${index}`, requestDigest: 'd', principal: 'alice' });
      if (index % 10 === 0) await keystore.verify();
      await new Promise(setImmediate);
    }
    expect(await turning).toBeLessThanOrEqual(41);
    await expectSecrets(keystore, secrets);
    const { rows } = await keystore.verify();
    expect(rows).toBe(70 * 4 + 30 + 1);
    await keystore.close();
    const again = await store.open();
    await expectSecrets(again, secrets);
    await again.close();
  });

  test('waits with its end for a check that is under way', async () => {
    const { keystore, secrets } = await filledStore(testStore(), 60);
    await keystore.beginGeneration();
    await keystore.rewrapSome(64);
    let checked = 0;
    const checking = keystore.verify().then(({ rows }) => {
      checked = rows;
    });
    await finishTurnover(keystore);
    expect(checked).toBe(60 * 4 + 1);
    await checking;
    await expectSecrets(keystore, secrets);
    await keystore.close();
  });

  test('waits with the erasure while somebody reads an earlier state, and a start does it then', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 3);
    await keystore.beginGeneration();
    await keystore.rewrapSome(64);
    const reader = store.database();
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM rows').get();
    expect(await keystore.rewrapSome(64)).toEqual({ done: false, rewrapped: 0 });
    expect(await keystore.generation()).toEqual({ present: 2, turningOver: { from: 1, rewrapped: 4, total: 4 } });
    await expect(keystore.beginGeneration()).rejects.toMatchObject({ code: 'operation_failed' });
    expect(secretFiles(store)).toEqual(['generation-1.secret', 'generation-2.secret']);
    await keystore.close();
    const again = await store.open();
    expect(secretFiles(store)).toEqual(['generation-1.secret', 'generation-2.secret']);
    reader.exec('COMMIT');
    await again.close();
    const last = await store.open();
    expect(secretFiles(store)).toEqual(['generation-2.secret']);
    await expectSecrets(last, secrets);
    await last.close();
  });
});
