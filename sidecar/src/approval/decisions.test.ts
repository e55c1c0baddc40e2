import { describe, expect, test } from 'vitest';
import { heldExport, newRequest, testDesk } from './test-desk.ts';
import { newSigner, person } from './test-people.ts';

const hourMs = 60 * 60 * 1000;
const closed = { code: 'approval_closed' };
const denied = { code: 'permission_denied' };

async function office(people: readonly string[] = ['alice', 'bob', 'carol']) {
  const parts = await testDesk();
  for (const [index, id] of people.entries()) await parts.enrol(id, 1000 + index);
  return parts;
}

describe('votes', () => {
  test('of one person count once, whatever keys sign', async () => {
    const { desk, vote, records, signers } = await office();
    const { id } = await desk.file(heldExport(), 2);
    await vote(id, 'bob');
    const first = signers.get('bob');
    const second = await newSigner('ES256');
    records.set('bob', person('bob', first === undefined ? [second] : [first, second]));
    signers.set('bob', second);
    expect(await vote(id, 'bob')).toMatchObject({ state: 'pending', votes: [{ keyId: first?.key.id }] });
  });

  test('of who is not there, may not approve, is disabled or a workload any more do not count', async () => {
    const { desk, vote, records, voters } = await office();
    const { id } = await desk.file(heldExport(), 1);
    const approved = await vote(id, 'bob');
    const bob = records.get('bob');
    if (bob === undefined) throw new Error('bob is enrolled');
    const { approvalKeys: _, ...keyless } = bob;
    for (const changed of [{ ...bob, disabled: true }, { ...bob, kind: 'workload' as const }, keyless]) {
      records.set('bob', changed);
      expect(desk.validVotes(approved)).toBe(0);
    }
    records.delete('bob');
    expect(desk.validVotes(approved)).toBe(0);
    records.set('bob', bob);
    expect(desk.validVotes(approved)).toBe(1);
    voters.delete('bob');
    expect(desk.validVotes(approved)).toBe(0);
    await expect(desk.consume(id, 1, 'session-1')).rejects.toMatchObject({ code: 'approval_required' });
    expect((await desk.get(id))?.state).toBe('pending');
    expect(desk.validVotes({ ...approved })).toBe(0);
  });

  test('a repeated request is counted once and answered although the approval is closed by then', async () => {
    const { desk, vote, events } = await office();
    const { id } = await desk.file(heldExport(), 1);
    const request = newRequest('bob');
    await vote(id, 'bob', request);
    await desk.consume(id, 1, 'session-1');
    const before = events.last;
    expect(await vote(id, 'bob', request)).toMatchObject({ state: 'consumed', votes: [{ person: 'bob' }] });
    expect(events.last).toBe(before);
  });

  test('with the signature of someone else, or over another operation, are refused', async () => {
    const { desk, vote, signers } = await office();
    const { id } = await desk.file(heldExport(), 1);
    const bob = signers.get('bob');
    const carol = signers.get('carol');
    if (bob === undefined || carol === undefined) throw new Error('both are enrolled');
    signers.set('bob', carol);
    await expect(vote(id, 'bob')).rejects.toMatchObject({ code: 'evidence_invalid' });
    expect((await desk.get(id))?.votes).toEqual([]);
  });
});

describe('the requester', () => {
  test('cannot approve, nor can the owner of a workload', async () => {
    const { desk, vote, records } = await office();
    await expect(vote((await desk.file(heldExport(), 1)).id, 'alice')).rejects.toMatchObject(denied);
    records.set('robot', { id: 'robot', kind: 'workload', roles: ['Service'], owner: 'alice', credentials: [] });
    const { id } = await desk.file(heldExport({ requester: 'robot', credential: 'uid:77' }), 1);
    await expect(vote(id, 'alice')).rejects.toMatchObject(denied);
    records.set('robot', { id: 'robot', kind: 'workload', roles: ['Service'], owner: 'bob', credentials: [] });
    await expect(vote(id, 'alice')).rejects.toMatchObject(denied);
    await expect(vote(id, 'bob')).rejects.toMatchObject(denied);
    expect((await vote(id, 'carol')).state).toBe('approved');
  });

  test.each(['key', 'credential', 'presented credential'] as const)('cannot come back with the %s', async (what) => {
    const { desk, vote, records, signers, enrol } = await office();
    const { id } = await desk.file(heldExport(), 1);
    const alice = signers.get('alice');
    if (alice === undefined) throw new Error('alice is enrolled');
    records.delete('alice');
    await enrol('alice2', what === 'credential' ? 1000 : 2000);
    if (what === 'key') {
      signers.set('alice2', alice);
      records.set('alice2', person('alice2', [alice], [{ uid: 2000 }]));
    }
    const credential = what === 'presented credential' ? 'uid:1000' : 'uid:2000';
    await expect(vote(id, 'alice2', newRequest('alice2'), credential)).rejects.toMatchObject(denied);
    expect((await desk.get(id))?.votes).toEqual([]);
  });

  test('takes back an own request, nobody else does', async () => {
    const { desk, vote } = await office();
    const { id } = await desk.file(heldExport(), 1);
    await expect(desk.cancel({ id, requester: 'bob' }, newRequest('bob'))).rejects.toMatchObject(denied);
    expect((await desk.cancel({ id, requester: 'alice' }, newRequest('alice'))).state).toBe('cancelled');
    await expect(vote(id, 'bob')).rejects.toMatchObject(closed);
  });

  test('may have 100 open requests, until one is closed or runs out', async () => {
    const { desk, clock } = await office();
    const file = (name: number) => desk.file(heldExport({ params: { name } }), 1);
    const filed = [];
    for (let name = 0; name < 100; name++) filed.push(await file(name));
    const refusal = { code: 'rate_limited', facts: { retryAfterMs: hourMs } };
    await expect(file(100)).rejects.toMatchObject(refusal);
    await desk.file(heldExport({ requester: 'bob', credential: 'uid:1001' }), 1);
    await desk.cancel({ id: filed[0]?.id ?? '', requester: 'alice' }, newRequest('alice'));
    await file(100);
    clock.now += hourMs;
    await file(101);
  });
});
