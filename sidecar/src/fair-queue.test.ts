import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';

function drained<T>(queue: FairQueue<T>): T[] {
  const items: T[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) items.push(item);
  return items;
}

test('owners take turns, and each keeps its order', () => {
  const queue = new FairQueue<string>(10);
  for (const item of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2']) queue.add(item[0], item);
  expect(queue.size).toBe(7);
  expect(drained(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4']);
  expect(queue.size).toBe(0);
});

test('one that comes back waits behind those that wait', () => {
  const queue = new FairQueue<string>(10);
  for (const item of ['a1', 'a2', 'b1']) queue.add(item[0], item);
  expect(queue.take()).toBe('a1');
  queue.add('c', 'c1');
  expect(drained(queue)).toEqual(['b1', 'a2', 'c1']);
});

test('a full queue refuses who has a share, and takes what comes from others', () => {
  const queue = new FairQueue<number>(4);
  const flood = Array.from({ length: 6 }, (_, item) => queue.add('flood', item));
  expect(flood).toEqual([true, true, true, true, false, false]);
  expect([queue.add('lone', 6), queue.add('lone', 7), queue.add('lone', 8)]).toEqual([true, true, false]);
  expect(queue.add('flood', 9)).toBe(false);
  expect(drained(queue)).toEqual([0, 6, 1, 7, 2, 3]);
  expect(queue.add('flood', 10)).toBe(true);
});

test('what waits is bounded by a harmonic number of shares, however many owners come', () => {
  const queue = new FairQueue<number>(100);
  for (let owner = 0; owner < 1000; owner += 1) while (queue.add(owner, owner));
  expect(queue.size).toBeGreaterThanOrEqual(100);
  expect(queue.size).toBeLessThan(100 * (1 + Math.log(1000)));
});

test('things count by their cost', () => {
  const queue = new FairQueue<string>(10);
  expect(queue.add('a', 'large', 8)).toBe(true);
  expect(queue.add('a', 'larger', 3)).toBe(false);
  expect(queue.add('a', 'small', 2)).toBe(true);
  expect(queue.take()).toBe('large');
  expect(queue.add('a', 'large again', 8)).toBe(true);
});
