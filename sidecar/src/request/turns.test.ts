import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

const one = { name: 'one' };
const other = { name: 'other' };

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
    await turns.take(one);
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
  expect(Array.from({ length: 17 }, () => turns.take(one) === undefined)).toEqual([...Array(16).fill(true), false]);
});

it('spreads a burst over turns in the order in which it came', async () => {
  expect(await beginAll(new Turns(), 40)).toEqual([range(0, 16), range(16, 32), range(32, 40)]);
});

/** Where a late request begins when two turns of the burst have begun. */
async function placeOfLate(burstOf: object, lateOf: object): Promise<number> {
  const turns = new Turns();
  const order: string[] = [];
  const request = async (asker: object, name: string) => {
    await turns.take(asker);
    order.push(name);
  };
  const burst = range(0, 100).map(() => request(burstOf, 'burst'));
  await burst[16];
  await request(lateOf, 'late');
  const place = order.indexOf('late');
  await Promise.all(burst);
  return place;
}

it('lets nobody overtake who waits on the same connection', async () => {
  expect(await placeOfLate(one, one)).toBe(100);
});

it('does not let one connection wait for the burst of another', async () => {
  expect(await placeOfLate(one, other)).toBeLessThan(48);
});

it('refuses a burst that is longer than what may wait, and lets in who has nothing waiting', async () => {
  const turns = new Turns(20);
  const taken = range(0, 40).map(() => turns.take(one));
  expect(taken.filter((turn) => turn === 'full')).toHaveLength(4);
  const late = turns.take(other);
  expect(late).toBeInstanceOf(Promise);
  await Promise.all([...taken, late]);
});

it('begins at once again when all have begun', async () => {
  const turns = new Turns();
  await beginAll(turns, 40);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(turns.take(one)).toBeUndefined();
});
