import { expect, test } from 'vitest';
import { RecentMap } from './recent-map.ts';

const idle = () => ({ isBusy: false });

test('holds no more than its size, and keeps what is used and what is busy', () => {
  const map = new RecentMap<{ isBusy: boolean }>(100);
  const busy = map.add('busy', { isBusy: true });
  map.add('used', idle());
  for (let index = 0; index < 10_000; index += 1) {
    map.add(`once ${index}`, idle());
    expect(map.get('used')).toBeDefined();
    expect(map.size).toBeLessThanOrEqual(100);
  }
  expect(map.get('busy')).toBe(busy);
  expect(map.get('once 0')).toBeUndefined();
  expect(map.get('once 9999')).toBeDefined();
  busy.isBusy = false;
  for (let index = 0; index < 300; index += 1) map.add(`more ${index}`, idle());
  expect(map.get('busy')).toBeUndefined();
});

test('grows by what is busy when all of it is', () => {
  const map = new RecentMap<{ isBusy: boolean }>(3);
  for (let index = 0; index < 5; index += 1) map.add(`${index}`, { isBusy: true });
  for (let index = 0; index < 5; index += 1) expect(map.get(`${index}`)).toBeDefined();
});

test('drops even when everything was used lately', () => {
  const map = new RecentMap<{ isBusy: boolean }>(3);
  for (const key of ['a', 'b', 'c']) map.add(key, idle());
  for (const key of ['a', 'b', 'c']) map.get(key);
  map.add('d', idle());
  expect(map.size).toBe(3);
  expect(map.get('d')).toBeDefined();
});
