import { expect, test } from 'vitest';
import { createEmergencySessions, newEmergencyId, putEmergency } from './break-glass.ts';
import { newRequest, testDesk } from './test-desk.ts';
import { person } from './test-people.ts';

const minuteMs = 60_000;
const denied = { code: 'permission_denied' };

async function house() {
  const parts = await testDesk();
  const { documents, clock, records, events } = parts;
  for (const [index, id] of ['olga', 'rita'].entries()) records.set(id, person(id, [], [{ uid: 1000 + index }]));
  const elevations: [string, number][] = [];
  const emergencies = createEmergencySessions({
    documents,
    now: () => clock.now,
    record: (id) => records.get(id),
    events,
    elevate: (session, untilMs) => elevations.push([session, untilMs - clock.now]),
  });
  const emergency = {
    principal: 'olga',
    credential: 'uid:1000',
    session: 'ssn_1',
    reason: 'all is down',
    ticket: 'INC-1',
  };
  const open = (request = newRequest('olga')) => emergencies.open(emergency, request);
  const review = (id: string, who: string, credential: string, request = newRequest(who)) =>
    emergencies.review({ id, person: who, credential, findings: 'all was well' }, request);
  return { ...parts, emergencies, elevations, open, review };
}

test('an emergency session lasts 15 minutes and blocks the next until another person has reviewed it', async () => {
  const { open, review, emergencies, elevations, clock, events } = await house();
  const first = await open();
  expect(first).toMatchObject({ principal: 'olga', session: 'ssn_1', ticket: 'INC-1', openedAt: clock.now });
  expect(first.id).toMatch(/^bgl_[A-Za-z0-9_-]{16}$/);
  expect(elevations).toEqual([['ssn_1', 15 * minuteMs]]);
  clock.now += 60 * minuteMs;
  await expect(open()).rejects.toMatchObject({ code: 'review_open', detail: first.id });
  await expect(review(first.id, 'olga', 'uid:1000')).rejects.toMatchObject(denied);
  expect((await review(first.id, 'rita', 'uid:1001')).review).toMatchObject({ person: 'rita', time: clock.now });
  await expect(review(first.id, 'rita', 'uid:1001')).rejects.toMatchObject({ code: 'already_exists' });
  await expect(review('bgl_0000000000000000', 'rita', 'uid:1001')).rejects.toMatchObject({ code: 'not_found' });
  const second = await open();
  expect((await emergencies.list()).map(({ id }) => id)).toEqual([first.id, second.id]);
  expect(events.after(0).map(({ event }) => event.kind)).toEqual(['break-glass', 'break-glass']);
});

test('of 16 that are opened at once one opens, and a repeated request answers it', async () => {
  const { open, elevations } = await house();
  const ends = await Promise.allSettled(Array.from({ length: 16 }, () => open()));
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(elevations).toHaveLength(1);
});

test('a repeated review leaves a newer emergency of the same session alone', async () => {
  const { open, review, elevations } = await house();
  const request = newRequest('rita');
  const first = await open();
  await review(first.id, 'rita', 'uid:1001', request);
  await open();
  const lasting = elevations.at(-1);
  expect((await review(first.id, 'rita', 'uid:1001', request)).id).toBe(first.id);
  expect(elevations.at(-1)).toBe(lasting);
});

test('its review ends it, and a repeated request does not bring it back', async () => {
  const { open, review, elevations, events } = await house();
  const request = newRequest('olga');
  const { id } = await open(request);
  expect((await open(request)).id).toBe(id);
  await review(id, 'rita', 'uid:1001');
  const ended = elevations.at(-1);
  expect(ended).toEqual(['ssn_1', 0]);
  expect((await open(request)).review).toBeDefined();
  expect(elevations.at(-1)).toBe(ended);
  expect(events.last).toBe(1);
});

test('it is reviewed neither under another name of its opener, nor by a workload or the owner of one', async () => {
  const { open, review, records, emergencies } = await house();
  const { id } = await open();
  records.set('olga2', person('olga2', [], [{ uid: 1000 }]));
  records.set('robot', { id: 'robot', kind: 'workload', roles: [], owner: 'rita', credentials: [] });
  await expect(review(id, 'olga2', 'uid:1003')).rejects.toMatchObject(denied);
  await expect(review(id, 'rita', 'uid:1000')).rejects.toMatchObject(denied);
  await expect(review(id, 'robot', 'uid:7')).rejects.toMatchObject(denied);
  await review(id, 'rita', 'uid:1001');
  const emergency = { principal: 'robot', credential: 'uid:7', session: 'ssn_2', reason: 'again', ticket: 'INC-2' };
  const next = await emergencies.open(emergency, newRequest('robot'));
  await expect(review(next.id, 'rita', 'uid:1001')).rejects.toMatchObject(denied);
  await review(next.id, 'olga', 'uid:1000');
});

test.each(['older', 'newer'] as const)(
  'of two that wait, as a restore can leave them, each blocks the next: the %s is reviewed first',
  async (order) => {
    const { open, review, documents, clock } = await house();
    const older = await open();
    const id = newEmergencyId(clock.now);
    const excluded = { people: ['olga'], keys: [], credentials: ['uid:1000'] };
    await documents.change((changes) =>
      putEmergency(changes, { breakGlass: { ...older, id, session: 'restored' }, excluded }),
    );
    const [first, last] = order === 'older' ? [older.id, id] : [id, older.id];
    await expect(open()).rejects.toMatchObject({ code: 'review_open', detail: older.id });
    await review(first, 'rita', 'uid:1001');
    await expect(open()).rejects.toMatchObject({ code: 'review_open', detail: last });
    await review(last, 'rita', 'uid:1001');
    expect((await open()).review).toBeUndefined();
  },
);
