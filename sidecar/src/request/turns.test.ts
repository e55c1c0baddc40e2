import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

/** Numbers of the requests that began, by the turn of the event loop. */
async function beginAll(turns: Turns, count: number): Promise<number[][]> {
  const begun: number[][] = [[]];
  let done = false;
  const nextTurn = () => {
    if (done) return;
    begun.push([]);
    setImmediate(nextTurn);
  };
  setImmediate(nextTurn);
  const request = async (number: number) => {
    await turns.take();
    begun.at(-1)?.push(number);
  };
  await Promise.all(Array.from({ length: count }, (_, number) => request(number)));
  done = true;
  return begun.filter((numbers) => numbers.length > 0);
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

it('lets what fits into a turn begin at once', () => {
  const turns = new Turns();
  expect(Array.from({ length: 17 }, () => turns.take() === undefined)).toEqual([...Array(16).fill(true), false]);
});

it('spreads a burst over turns in the order in which it came', async () => {
  expect(await beginAll(new Turns(), 40)).toEqual([range(0, 16), range(16, 32), range(32, 40)]);
});

it('lets nobody overtake who waits', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const request = async (name: string) => {
    await turns.take();
    order.push(name);
  };
  const burst = range(0, 33).map((number) => request(`burst ${number}`));
  await burst[16];
  await request('late');
  await Promise.all(burst);
  expect(order.indexOf('late')).toBe(33);
});

it('begins at once again when all have begun', async () => {
  const turns = new Turns();
  await beginAll(turns, 40);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(turns.take()).toBeUndefined();
});
