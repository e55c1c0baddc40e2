import { expect, test } from 'vitest';
import type { Rpc } from '../client/rpc.ts';
import { lostRpc } from '../client/test-lost-rpc.ts';
import { ReleaseQueue } from './release-queue.ts';

interface Observed {
  readonly rpc: Rpc & { sessionNumber: number };
  /** What the sidecar would have got, by call. */
  readonly batches: string[][];
  nextCall(): Promise<void>;
}

function observedRpc(): Observed {
  const batches: string[][] = [];
  let called = Promise.withResolvers<void>();
  const call = async (_method: string, { handles }: { handles: string[] }) => {
    batches.push(handles);
    called.resolve();
    called = Promise.withResolvers();
    return { released: handles.length };
  };
  const rpc = { ...Object.getOwnPropertyDescriptors(lostRpc()), sessionNumber: 1, call, close: async () => undefined };
  return { rpc: rpc as unknown as Observed['rpc'], batches, nextCall: () => called.promise };
}

test('handles go out together', async () => {
  const { rpc, batches, nextCall } = observedRpc();
  const queue = new ReleaseQueue(rpc);
  queue.add('a', 1);
  queue.add('b', 1);
  await nextCall();
  expect(batches).toEqual([['a', 'b']]);
});

test('a full batch does not wait', async () => {
  const { rpc, batches } = observedRpc();
  const queue = new ReleaseQueue(rpc);
  for (let index = 0; index < 1000; index += 1) queue.add(String(index), 1);
  expect(batches.map((batch) => batch.length)).toEqual([1000]);
});

test('keys of an earlier connection are not released on a later one', async () => {
  const { rpc, batches, nextCall } = observedRpc();
  const queue = new ReleaseQueue(rpc);
  queue.add('old', 1);
  rpc.sessionNumber = 2;
  queue.add('new', 2);
  await nextCall();
  expect(batches).toEqual([['new']]);
});

test('a lost connection is nobody’s error', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listener);
  const queue = new ReleaseQueue(lostRpc());
  for (let index = 0; index < 1000; index += 1) queue.add(String(index), 1);
  await new Promise(setImmediate);
  process.off('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
});
