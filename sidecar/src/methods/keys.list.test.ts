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
    () => 5_000,
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

it('gives only keys that have everything that is asked for, by the state that counts now', async () => {
  const keystore = await testStore().open({ now: () => 1_000 });
  onTestFinished(() => keystore.close());
  const mldsa = { algorithm: { name: 'ML-DSA-65' } } as const;
  await keystore.create(newKey('a', { labels: { team: 'web', tier: '1' } }));
  await keystore.create(newKey('b', { labels: { team: 'web' }, ...mldsa }));
  await keystore.create(newKey('c', { labels: { team: 'ops' }, ...mldsa, expiresAt: 5_000 }));
  await keystore.create(newKey('d', { labels: {}, state: 'pre-activation' }));
  const cursors = createCursors(sealing, Secret.copy(Buffer.alloc(32, 7)));
  const list = createKeysList(
    keystore,
    () => true,
    cursors,
    () => 5_000,
  );
  const names = async (filter: object) => (await list(filter, execution)).records.map(({ name }) => name);
  expect(await names({ algorithm: 'ML-DSA-65' })).toEqual(['b', 'c']);
  expect(await names({ labels: { team: 'web' } })).toEqual(['a', 'b']);
  expect(await names({ labels: { team: 'web', tier: '1' } })).toEqual(['a']);
  expect(await names({ state: 'active' })).toEqual(['a', 'b']);
  expect(await names({ state: 'deactivated' })).toEqual(['c']);
  expect(await names({ state: 'pre-activation' })).toEqual(['d']);
  expect(await names({ algorithm: 'ML-DSA-65', state: 'active', labels: { team: 'web' } })).toEqual(['b']);
  expect(await names({ algorithm: 'ML-DSA', prefix: 'b' })).toEqual([]);
});
