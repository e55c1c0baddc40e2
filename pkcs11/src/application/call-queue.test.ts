import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Request } from '../codec/messages.ts';
import { CallQueue } from './call-queue.ts';

const ofSession = (session: number): Request => ({ call: 'C_GetSessionInfo', arguments: { session } });

test('what waits for nothing is done at once', () => {
  const queue = new CallQueue();
  const done: string[] = [];
  const ended = queue.run(ofSession(1), () => void done.push('first'));
  expect([ended, done]).toEqual([undefined, ['first']]);
});

test('a call waits for those of its session, and not for those of another', async () => {
  const queue = new CallQueue();
  const done: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = queue.run(ofSession(1), () => promise.then(() => void done.push('first')));
  const second = queue.run(ofSession(1), () => void done.push('second'));
  queue.run(ofSession(2), () => void done.push('of another'));
  await turn();
  expect(done).toEqual(['of another']);

  resolve();
  await Promise.all([first, second]);
  expect(done).toEqual(['of another', 'first', 'second']);
  expect(queue.run(ofSession(1), () => void done.push('last'))).toBeUndefined();
  expect(done.at(-1)).toBe('last');
});
