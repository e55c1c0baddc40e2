import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { newKey, secretOf, testStore } from '../keystore/test-store.ts';
import type { RecordedChange } from '../log/recorded-change.ts';
import type { RootKeySuccession } from '../root-key/provider.ts';
import { Secret } from '../secret.ts';
import { createKeyTurnover } from './key-turnover.ts';
import { neverPrepared } from './test-key-world.ts';

/** Names of what was begun and how it ended. */
function recorder() {
  const lines: string[] = [];
  const recorded: RecordedChange = async (operation, _facts, work) => {
    lines.push(`${operation} begun`);
    try {
      return await work();
    } finally {
      lines.push(`${operation} over`);
    }
  };
  return { lines, recorded };
}

/** Reads the state of this moment until it is closed. */
function readerOf(store: ReturnType<typeof testStore>) {
  const reader = store.database();
  reader.exec('BEGIN; SELECT count(*) FROM rows;');
  reader.prepare('SELECT path FROM rows LIMIT 1').get();
  return reader;
}

test('a turnover that is stopped ends its record at once, and the next process ends the turnover', async () => {
  const store = testStore();
  let keystore = await store.open();
  for (let i = 0; i < 300; i++) await keystore.create(newKey(`key-${i}`));
  const { lines, recorded } = recorder();
  const turnover = createKeyTurnover(keystore, recorded, neverPrepared);
  const turned = turnover.turnOver().catch((error: { code: string }) => error.code);
  while (((await keystore.generation()).turningOver?.rewrapped ?? 0) === 0) await new Promise(setImmediate);
  await turnover.close();
  expect(lines).toEqual(['keystore.turnover begun', 'keystore.turnover over']);
  expect(await turned).toBe('sealed');
  const { stateCounter } = await keystore.mark();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await keystore.mark()).stateCounter).toBe(stateCounter);
  await keystore.close();

  keystore = await store.open();
  expect((await keystore.generation()).turningOver).toMatchObject({ from: 1 });
  await createKeyTurnover(keystore, recorded, neverPrepared).resume();
  expect(await keystore.generation()).toEqual({ present: 2 });
  expect(await secretOf(keystore, 'key-299')).toMatch(/^[0-9a-f]{64}$/);
  await keystore.close();
});

test('whoever reads an earlier state holds up the end of a turnover, and nothing else', {
  timeout: 30_000,
}, async () => {
  const store = testStore();
  const keystore = await store.open();
  await keystore.create(newKey('a'));
  const reader = readerOf(store);
  const turnover = createKeyTurnover(keystore, recorder().recorded, neverPrepared);
  await expect(turnover.turnOver()).rejects.toMatchObject({ code: 'operation_failed' });
  expect((await keystore.create(newKey('b'))).name).toBe('b');
  reader.close();
  await turnover.resume();
  expect(await keystore.generation()).toEqual({ present: 2 });
  await keystore.close();
});

test('whoever reads an earlier state does not make the change of a root key look failed', {
  timeout: 30_000,
}, async () => {
  const store = testStore();
  const keystore = await store.open();
  await keystore.create(newKey('a'));
  const reader = readerOf(store);
  const succession: RootKeySuccession = {
    prepare: async () => Secret.take(randomBytes(32)),
    commit: () => 'in force',
  };
  const turnover = createKeyTurnover(keystore, recorder().recorded, succession);
  const { generation, notice } = await turnover.changeRootKey();
  expect(generation).toBe(2);
  expect(notice).toMatch(/^in force; .* still turning over .*earlier state/);
  reader.close();
  await turnover.resume();
  expect(await keystore.generation()).toEqual({ present: 2 });
  await keystore.close();
});

test('a root key that was not prepared, and the present one, change nothing and are on record', async () => {
  const store = testStore();
  const keystore = await store.open();
  const { lines, recorded } = recorder();
  const refused = { code: 'root_key_unprepared' };
  await expect(createKeyTurnover(keystore, recorded, neverPrepared).changeRootKey()).rejects.toMatchObject(refused);
  const same: RootKeySuccession = { prepare: async () => Secret.copy(store.rootKey), commit: () => 'never said' };
  await expect(createKeyTurnover(keystore, recorded, same).changeRootKey()).rejects.toMatchObject(refused);
  expect(lines).toHaveLength(4);
  expect(await keystore.generation()).toEqual({ present: 1 });
  await keystore.close();
  await (await store.open()).close();
});

test('a successor that could not take its place does so at the next attempt, and is not asked for again', async () => {
  const store = testStore();
  const keystore = await store.open();
  await keystore.create(newKey('a'));
  const next = randomBytes(32);
  let prepared = 0;
  let isFull = true;
  const turnover = createKeyTurnover(keystore, recorder().recorded, {
    async prepare() {
      prepared += 1;
      return Secret.copy(next);
    },
    commit() {
      if (isFull) throw new Error('the disk is full');
      return 'copy it';
    },
  });
  await expect(turnover.changeRootKey()).rejects.toThrow('the disk is full');
  isFull = false;
  expect(await turnover.changeRootKey()).toEqual({ generation: 2, notice: 'copy it' });
  expect(prepared).toBe(1);
  expect(await keystore.generation()).toEqual({ present: 2 });
  await keystore.close();
  await expect(store.open()).rejects.toMatchObject({ code: 'config_invalid' });
  using rootKey = Secret.copy(next);
  const after = await store.open({ rootKeys: [rootKey] });
  expect(await secretOf(after, 'a')).toMatch(/^[0-9a-f]{64}$/);
  await after.close();
});
