import { expect, test } from 'vitest';
import type { PrincipalRecord } from '../generated/types.ts';
import { createGroupsRemove } from './groups.remove.ts';
import { createGroupsSet } from './groups.set.ts';
import { createPrincipalsList } from './principals.list.ts';
import { createPrincipalsRemove } from './principals.remove.ts';
import { createPrincipalsSet } from './principals.set.ts';
import { alice, bob, callOf, ops, testDirectory } from './test-directory.ts';

const carol: PrincipalRecord = { id: 'carol', kind: 'person', roles: ['Auditor'], credentials: [{ uid: 7 }] };

test('principals and groups are set, replaced and removed', async () => {
  const { holder } = await testDirectory();
  const set = createPrincipalsSet(holder);
  expect(await set({ principal: carol, requestId: 'r-1' }, callOf('alice'))).toEqual({ principal: carol });
  const disabled = { ...carol, disabled: true };
  expect(await set({ principal: disabled, requestId: 'r-2' }, callOf('alice'))).toEqual({ principal: disabled });
  expect(holder.current.record('carol')).toEqual(disabled);
  const group = { id: 'all', members: ['ops', 'carol'], roles: [] };
  expect(await createGroupsSet(holder)({ group, requestId: 'r-3' }, callOf('alice'))).toEqual({ group });
  expect(holder.current.membership('bob').groups).toEqual(['all', 'ops']);
  expect(await createGroupsRemove(holder)({ id: 'ops', requestId: 'r-4' }, callOf('alice'))).toEqual({});
  expect(await createPrincipalsRemove(holder)({ id: 'carol', requestId: 'r-5' }, callOf('alice'))).toEqual({});
  expect(holder.current.groups).toEqual([{ ...group, members: [] }]);
  expect(holder.current.principals).toEqual([alice, bob]);
});

test('a repeated call answers what the first one made', async () => {
  const { holder } = await testDirectory();
  const set = createPrincipalsSet(holder);
  const remove = createPrincipalsRemove(holder);
  const first = callOf('alice');
  await set({ principal: carol, requestId: 'r-1' }, first);
  const second = callOf('alice');
  await remove({ id: 'carol', requestId: 'r-2' }, second);
  expect(await remove({ id: 'carol', requestId: 'r-2' }, second)).toEqual({});
  expect(await set({ principal: carol, requestId: 'r-1' }, first)).toEqual({ principal: carol });
  expect(holder.current.record('carol')).toBeUndefined();
});

test('what does not fit, is not there, or leaves too few people is refused', async () => {
  const { holder } = await testDirectory(2);
  const breakGlass = { ...carol, roles: ['BreakGlass' as const] };
  const set = createPrincipalsSet(holder)({ principal: breakGlass, requestId: 'r-1' }, callOf('alice'));
  await expect(set).rejects.toMatchObject({ code: 'data_invalid' });
  const group = createGroupsSet(holder)({ group: { ...ops, members: ['dave'] }, requestId: 'r-2' }, callOf('alice'));
  await expect(group).rejects.toMatchObject({ code: 'data_invalid' });
  const unknown = createGroupsRemove(holder)({ id: 'alice', requestId: 'r-3' }, callOf('alice'));
  await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  const last = createPrincipalsRemove(holder)({ id: 'bob', requestId: 'r-4' }, callOf('alice'));
  await expect(last).rejects.toMatchObject({ code: 'quorum_unreachable', detail: '1 of 2' });
  expect(holder.current.principals).toEqual([alice, bob]);
});

test('a directory that the file governs cannot be changed by a call', async () => {
  const { holder } = await testDirectory(1, 'file');
  const refusal = { code: 'governed_by_file' };
  const set = createPrincipalsSet(holder)({ principal: carol, requestId: 'r-1' }, callOf('alice'));
  await expect(set).rejects.toMatchObject(refusal);
  const remove = createGroupsRemove(holder)({ id: 'ops', requestId: 'r-2' }, callOf('alice'));
  await expect(remove).rejects.toMatchObject(refusal);
  const { governance } = await createPrincipalsList(holder)({}, callOf('alice'));
  expect(governance).toBe('file');
});

test('a list pages through principals and groups in one order, each of them once', async () => {
  const { holder } = await testDirectory();
  const set = createPrincipalsSet(holder);
  for (let index = 0; index < 7; index += 1) {
    const principal = { ...carol, id: `n/${index}`, credentials: [] };
    await set({ principal, requestId: `r-${index}` }, callOf('alice'));
  }
  const list = createPrincipalsList(holder);
  const seen: string[] = [];
  const sizes: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await list({ limit: 4, ...(cursor !== undefined && { cursor }) }, callOf('alice'));
    const ids = [...page.principals, ...page.groups].map(({ id }) => id);
    seen.push(...ids.sort());
    sizes.push(ids.length);
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  expect(sizes).toEqual([4, 4, 2]);
  expect(seen).toEqual(['alice', 'bob', 'n/0', 'n/1', 'n/2', 'n/3', 'n/4', 'n/5', 'n/6', 'ops']);
  expect(await list({}, callOf('alice'))).toMatchObject({ groups: [ops], governance: 'records' });
  expect(await list({ limit: 10 }, callOf('alice'))).not.toHaveProperty('nextCursor');
});
