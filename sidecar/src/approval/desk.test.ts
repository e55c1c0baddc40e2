import { describe, expect, test } from 'vitest';
import { heldChange, heldExport, newRequest, testDesk } from './test-desk.ts';

const hourMs = 60 * 60 * 1000;
const closed = { code: 'approval_closed' };
const denied = { code: 'permission_denied' };

async function office(people: readonly string[] = ['alice', 'bob', 'carol']) {
  const parts = await testDesk();
  for (const [index, id] of people.entries()) await parts.enrol(id, 1000 + index);
  return parts;
}

describe('an approval', () => {
  test('becomes approved with enough votes and is used up once', async () => {
    const { desk, vote } = await office();
    const held = heldExport();
    const { id, state } = await desk.file(held, 2);
    expect(state).toBe('pending');
    expect((await vote(id, 'bob')).state).toBe('pending');
    const approved = await vote(id, 'carol');
    expect(approved).toMatchObject({ state: 'approved', needed: 2, votes: [{ person: 'bob' }, { person: 'carol' }] });
    expect(desk.validVotes(approved)).toBe(2);
    await desk.consume(id, 2, held.by);
    expect(await desk.get(id)).toMatchObject({ state: 'consumed', closedAt: expect.any(Number) });
    await expect(desk.consume(id, 2, held.by)).rejects.toMatchObject(closed);
    expect(await desk.find(held)).toBeUndefined();
    expect((await desk.file(held, 2)).id).not.toBe(id);
  });

  test('is used up by exactly one of 64 that try at once', async () => {
    const { desk, vote } = await office();
    const { id } = await desk.file(heldExport(), 1);
    await vote(id, 'bob');
    const tries = await Promise.allSettled(Array.from({ length: 64 }, () => desk.consume(id, 1, 'session-1')));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is asked for once, however often and concurrently its operation is tried', async () => {
    const { desk, recorded } = await office();
    const filed = await Promise.all(Array.from({ length: 16 }, () => desk.file(heldExport(), 1)));
    expect(new Set(filed.map(({ id }) => id)).size).toBe(1);
    expect((await desk.find(heldExport()))?.id).toBe(filed[0]?.id);
    const count = recorded.length;
    await desk.file(heldExport(), 1);
    expect(recorded).toHaveLength(count);
  });

  test('is not found by an operation that differs anywhere', async () => {
    const { desk } = await office();
    await desk.file(heldExport(), 1);
    const params = { name: 'payments/signing', format: 'jwk' };
    const mutations = [
      { method: 'subtle.exportKey' },
      { action: 'keys.get' },
      { params },
      { resource: 'key_1/2' },
      { resourceState: 'key_1@4' },
      { requester: 'bob' },
    ];
    for (const mutation of mutations) expect(await desk.find(heldExport(mutation))).toBeUndefined();
    expect(await desk.find(heldExport())).toBeDefined();
  });

  test.each([0, -1, 0.5, Number.NaN, 1001])('for %s people does not exist', async (needed) => {
    const { desk, vote } = await office();
    await expect(desk.file(heldExport(), needed)).rejects.toMatchObject(denied);
    const { id } = await desk.file(heldExport(), 1);
    await vote(id, 'bob');
    await expect(desk.consume(id, needed, 'session-1')).rejects.toMatchObject(denied);
    expect((await desk.get(id))?.state).toBe('approved');
  });

  test('goes back to pending when more is needed at execution, and passes with the further vote', async () => {
    const { desk, vote } = await office();
    const { id } = await desk.file(heldExport(), 1);
    await vote(id, 'bob');
    const short = { code: 'approval_required', facts: { approval: { id, needed: 2, given: 1 } } };
    await expect(desk.consume(id, 2, 'session-1')).rejects.toMatchObject(short);
    expect(await desk.get(id)).toMatchObject({ state: 'pending', needed: 2 });
    expect((await vote(id, 'carol')).state).toBe('approved');
    await desk.consume(id, 2, 'session-1');
  });

  test('that was used up by what did not act is given back for more votes', async () => {
    const { desk, vote } = await office();
    const { id } = await desk.file(heldExport(), 1);
    await vote(id, 'bob');
    await desk.consume(id, 1, 'session-1');
    await desk.restore(id, 2);
    expect(await desk.get(id)).toMatchObject({ state: 'pending', needed: 2 });
    expect((await desk.find(heldExport()))?.id).toBe(id);
    await vote(id, 'carol');
    await desk.consume(id, 2, 'session-1');
    await expect(desk.restore('apr_00000000000000000000000000', 1)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('of a change lets the repetition of its call through, and is never given back after that', async () => {
    const { desk, vote } = await office();
    const held = heldChange('request-1');
    const { id } = await desk.file(held, 1);
    await vote(id, 'bob');
    await desk.consume(id, 1, 'request-1');
    expect(await desk.find(heldChange('request-2'))).toBeUndefined();
    await expect(desk.consume(id, 1, 'request-2')).rejects.toMatchObject(closed);
    expect(await desk.find(held)).toMatchObject({ id, state: 'consumed' });
    await desk.consume(id, 1, 'request-1');
    await expect(desk.restore(id, 2)).rejects.toMatchObject(closed);
  });

  test('is not given back beside a new request for the same', async () => {
    const { desk, vote } = await office();
    const { id } = await desk.file(heldExport(), 1);
    await vote(id, 'bob');
    await desk.consume(id, 1, 'session-1');
    const { id: next } = await desk.file(heldExport(), 1);
    await expect(desk.restore(id, 2)).rejects.toMatchObject(closed);
    expect((await desk.find(heldExport()))?.id).toBe(next);
  });
});

describe('the end of a request', () => {
  test('a denial is final, also of an approved one', async () => {
    const { desk, vote } = await office();
    const { id } = await desk.file(heldExport(), 1);
    await vote(id, 'bob');
    const ballot = { id, person: 'carol', credential: 'uid:1002', reason: 'not today' };
    const after = await desk.deny(ballot, newRequest('carol'));
    expect(after).toMatchObject({
      state: 'denied',
      votes: [{ person: 'bob' }, { decision: 'deny', reason: 'not today' }],
    });
    await expect(vote(id, 'bob')).rejects.toMatchObject(closed);
    await expect(desk.consume(id, 1, 'session-1')).rejects.toMatchObject(closed);
    await expect(desk.deny(ballot, newRequest('carol'))).rejects.toMatchObject(closed);
    await expect(desk.restore(id, 1)).rejects.toMatchObject(closed);
  });

  test('what ran out is neither found, voted for nor used, before and after it is written down', async () => {
    const { desk, vote, clock, recorded, events } = await office();
    const { id } = await desk.file(heldExport(), 1);
    await vote(id, 'bob');
    clock.now += hourMs;
    for (const swept of [0, 1]) {
      if (swept === 1) expect(await desk.expire()).toBe(1);
      expect(await desk.get(id)).toMatchObject({ state: 'expired', closedAt: clock.now });
      expect(await desk.find(heldExport())).toBeUndefined();
      await expect(vote(id, 'carol')).rejects.toMatchObject(closed);
      await expect(desk.consume(id, 1, 'session-1')).rejects.toMatchObject(closed);
    }
    expect(await desk.expire()).toBe(0);
    expect(recorded).toEqual(['approvals.request', 'approvals.expire']);
    expect(events.after(0).map(({ event }) => event.kind)).toEqual(['requested', 'approved', 'expired']);
    expect((await desk.file(heldExport(), 1)).id).not.toBe(id);
  });

  test('no request waits for longer than a day', async () => {
    await expect(testDesk({ lifetimeMs: () => 24 * hourMs + 1 })).rejects.toMatchObject({ code: 'config_invalid' });
    const { desk, enrol, clock } = await testDesk({ lifetimeMs: () => 24 * hourMs });
    await enrol('alice', 1000);
    expect((await desk.file(heldExport(), 1)).operation.expiresAt).toBe(clock.now + 24 * hourMs);
  });
});

describe('reading', () => {
  test('open requests are listed without the closed ones, history in the order of time', async () => {
    const { desk, clock, vote } = await office();
    const ids: string[] = [];
    for (let name = 0; name < 5; name++) {
      clock.now += 1;
      ids.push((await desk.file(heldExport({ params: { name } }), 1)).id);
    }
    await desk.cancel({ id: ids[0] ?? '', requester: 'alice' }, newRequest('alice'));
    await vote(ids[1] ?? '', 'bob');
    const pages = [await desk.list({ limit: 3 })];
    pages.push(await desk.list({ limit: 3, after: pages[0]?.next ?? '' }));
    expect(pages.flatMap(({ approvals }) => approvals.map(({ approval }) => approval.id))).toEqual(ids);
    expect(pages[1]?.next).toBeUndefined();
    const states = ['pending', 'approved', 'cancelled', 'denied'] as const;
    const counts = await Promise.all(
      states.map(async (state) => (await desk.list({ state, limit: 100 })).approvals.length),
    );
    expect(counts).toEqual([3, 1, 1, 0]);
    const subject = { operation: 'keys.export', requester: 'alice', keyName: 'payments/signing', owner: 'dave' };
    expect(await desk.subject(ids[0] ?? '')).toEqual({ ...subject, labels: { team: 'payments' } });
  });

  test('waiting ends with the decision, or with the time', async () => {
    const { desk, vote } = await office();
    const { id } = await desk.file(heldExport(), 1);
    expect((await desk.wait(id, 0)).state).toBe('pending');
    const waiting = desk.wait(id, 60_000);
    await vote(id, 'bob');
    expect((await waiting).state).toBe('approved');
    await expect(desk.wait('apr_00000000000000000000000000', 0)).rejects.toMatchObject({ code: 'not_found' });
  });
});
