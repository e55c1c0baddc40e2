import { expect, test } from 'vitest';
import { KeyCache } from './key-cache.ts';

test('forgets what was used least recently', () => {
  const cache = new KeyCache<number>(3);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.set('c', 3);
  expect(cache.get('a')).toBe(1);
  cache.set('d', 4);
  expect(cache.get('b')).toBeUndefined();
  expect([cache.get('a'), cache.get('c'), cache.get('d')]).toEqual([1, 3, 4]);
  expect(cache.size).toBe(3);
});

test('setting again replaces and counts as use', () => {
  const cache = new KeyCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.set('a', 3);
  cache.set('c', 4);
  expect(cache.get('a')).toBe(3);
  expect(cache.get('b')).toBeUndefined();
});

test('deletes and clears', () => {
  const cache = new KeyCache<number>(2);
  cache.set('a', 1);
  expect(cache.delete('a')).toBe(true);
  expect(cache.delete('a')).toBe(false);
  cache.set('b', 2);
  cache.clear();
  expect(cache.get('b')).toBeUndefined();
});
