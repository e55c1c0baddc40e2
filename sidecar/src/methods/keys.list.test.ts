import { expect, it, onTestFinished } from 'vitest';
import { createSealing } from '../crypto/sealing.ts';
import { createCursors } from '../cursors.ts';
import type { KeyRecord } from '../generated/types.ts';
import { newKey, testStore } from '../keystore/test-store.ts';
import { principalOf } from '../policy/test-request.ts';
import type { Execution } from '../request/context.ts';
import { Secret } from '../secret.ts';
import { createKeysList } from './keys.list.ts';

const sealing = createSealing();
const execution = { principal: principalOf('zoe') } as Execution;

/** A store of 100 keys, and the list of those that may be seen. */
async function listOf(mayLook: (record: KeyRecord) => boolean) {
  const keystore = await testStore().open();
  onTestFinished(() => keystore.close());
  for (let index = 100; index < 200; index += 1) await keystore.create(newKey(`k/${index}`));
  return createKeysList(
    keystore,
    (_, record) => mayLook(record),
    createCursors(sealing, Secret.copy(Buffer.alloc(32, 7))),
  );
}

it('pages through all that may be seen, in the order of their names', async () => {
  const list = await listOf(({ name }) => name !== 'k/150');
  const names: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await list({ prefix: 'k/', limit: 70, ...(cursor !== undefined && { cursor }) }, execution);
    names.push(...page.records.map(({ name }) => name));
    cursor = page.nextCursor;
    if (cursor === undefined) break;
    expect(names).toHaveLength(70);
  }
  expect(names).toEqual(
    Array.from({ length: 100 }, (_, index) => `k/${100 + index}`).filter((name) => name !== 'k/150'),
  );
});

it('lets others have their turn while a long list is read', async () => {
  const list = await listOf(() => true);
  let turns = 0;
  let done = false;
  const count = () => {
    turns += 1;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  const { records } = await list({ limit: 100 }, execution);
  done = true;
  expect(records).toHaveLength(100);
  expect(turns).toBeGreaterThan(2);
});

it('tells of a next page only when there is something to see on it', async () => {
  const list = await listOf(({ name }) => name === 'k/120');
  const page = await list({ limit: 1 }, execution);
  expect(page.records).toMatchObject([{ name: 'k/120' }]);
  expect(page.nextCursor).toBeUndefined();
});

it('refuses a cursor that it did not make', async () => {
  const list = await listOf(() => true);
  const { nextCursor = '' } = await list({ limit: 1 }, execution);
  expect(nextCursor).not.toContain('k/');
  for (const cursor of ['k/100', `${nextCursor.slice(0, -2)}AA`, 'AA']) {
    await expect(list({ limit: 1, cursor }, execution)).rejects.toMatchObject({ code: 'invalid_params' });
  }
});
