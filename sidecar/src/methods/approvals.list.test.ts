import { expect, test } from 'vitest';
import { heldExport, testDesk } from '../approval/test-desk.ts';
import type { Execution } from '../request/context.ts';
import { createApprovalsEvents } from './approvals.events.ts';
import { createApprovalsList } from './approvals.list.ts';

const cursors = { seal: (id: string) => `sealed ${id}`, open: (cursor: string) => cursor.slice('sealed '.length) };
// Neither handler looks at the execution itself.
const execution = {} as Execution;

/** 70 requests, every other of alice and of bob. */
async function filed() {
  const parts = await testDesk();
  const ids: string[] = [];
  for (let count = 0; count < 70; count++) {
    parts.clock.now += 1;
    const requester = count % 2 === 0 ? 'alice' : 'bob';
    ids.push((await parts.desk.file(heldExport({ requester, params: { count } }), 1)).id);
  }
  return { ...parts, ids, own: ids.filter((_, index) => index % 2 === 0) };
}

test.each([1, 7, 34, 35, 36, 1000])('pages of %i together hold each request that may be seen, once', async (limit) => {
  const { desk, own } = await filed();
  const list = createApprovalsList(desk, (_, { subject }) => subject.requester === 'alice', cursors);
  const listed: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await list({ limit, ...(cursor !== undefined && { cursor }) }, execution);
    expect(page.approvals.length).toBeLessThanOrEqual(limit);
    listed.push(...page.approvals.map(({ id }) => id));
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  expect(listed).toEqual(own);
});

test('of one state only those are listed', async () => {
  const { desk, ids } = await filed();
  const list = createApprovalsList(desk, () => true, cursors);
  expect((await list({ state: 'pending' }, execution)).approvals.map(({ id }) => id)).toEqual(ids);
  expect(await list({ state: 'denied' }, execution)).toEqual({ approvals: [] });
});

test('events that may not be heard neither come nor end the waiting', async () => {
  const { desk, events, own } = await filed();
  const hear = createApprovalsEvents(events, (_, { subject }) => subject?.requester === 'alice');
  const first = await hear({ timeoutMs: 0 }, execution);
  expect(first.events.map(({ approval }) => approval)).toEqual(own);
  const waiting = hear({ after: first.last, timeoutMs: 60_000 }, execution);
  await desk.file(heldExport({ requester: 'bob' }), 1);
  const { id } = await desk.file(heldExport(), 1);
  expect((await waiting).events).toMatchObject([{ kind: 'requested', approval: id }]);
});
