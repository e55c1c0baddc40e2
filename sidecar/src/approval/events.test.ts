import { expect, test } from 'vitest';
import { createEvents } from './events.ts';

const now = () => 1_000;

test('only the newest are kept, and an id of an earlier process is behind none', () => {
  const events = createEvents({ now, capacity: 4 });
  expect(events.after(0)).toEqual([]);
  for (let count = 0; count < 10; count++) events.record({ kind: 'requested' });
  const ids = (after: number) => events.after(after).map(({ event }) => event.id);
  expect(ids(0)).toEqual([7, 8, 9, 10]);
  expect(ids(8)).toEqual([9, 10]);
  expect(ids(10)).toEqual([]);
  expect(ids(4711)).toEqual([7, 8, 9, 10]);
});

test('waiting ends with the next event of that approval, and when the sidecar stops', async () => {
  const events = createEvents({ now });
  const ended: string[] = [];
  const waiting = [
    events.next(60_000, 'apr_1').then(() => ended.push('one')),
    events.next(60_000, 'apr_2').then(() => ended.push('two')),
    events.next(60_000).then(() => ended.push('any')),
  ];
  events.record({ kind: 'requested', approval: 'apr_1' });
  await Promise.all([waiting[0], waiting[2]]);
  expect(ended.sort()).toEqual(['any', 'one']);
  events.close();
  await Promise.all(waiting);
  await events.next(60_000);
});

test('so many wait at once and no more', async () => {
  const events = createEvents({ now, maxWaiting: 2 });
  const waiting = [events.next(60_000), events.next(60_000)];
  await expect(events.next(60_000)).rejects.toMatchObject({ code: 'rate_limited' });
  events.record({ kind: 'requested' });
  await Promise.all(waiting);
  await events.next(1);
});
