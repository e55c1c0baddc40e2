import type { SystemStatusResult } from '@ferrohsm/sdk/node';
import { expect, test } from 'vitest';
import type { Beat } from '../pulse.ts';
import { gaugesOf } from './gauges.ts';
import { sparkline } from './sparkline.ts';

const beat = (time: number, size: number | undefined): Beat => ({
  time,
  answeredMs: 1.25,
  status: {
    sessions: 2,
    residentBytes: 3 * 2 ** 20,
    ...(size !== undefined && { keys: 5, log: { origin: 'o', size } }),
  } as SystemStatusResult,
});

test('records a second come from how the log grew, and never below nothing', () => {
  const [rate] = gaugesOf([beat(0, 100), beat(2000, 110), beat(3000, 110), beat(4000, 20)]);
  expect(rate?.values).toEqual([5, 0, 0]);
  expect(rate?.text(5)).toBe('5.0');
});

test('a sealed sidecar has neither keys nor log', () => {
  const gauges = gaugesOf([beat(0, 1), beat(1000, undefined), beat(2000, undefined)]);
  const values = Object.fromEntries(gauges.map(({ name, values: each }) => [name, each.length]));
  expect(values).toEqual({ 'records a second': 0, sessions: 3, keys: 1, memory: 3, answer: 3 });
});

test('bars are as high as their share of the greatest, the newest last', () => {
  expect(sparkline([0, 1, 2, 4, 7], 8)).toBe('   ▁▂▃▅█');
  expect(sparkline([1, 2, 3, 4], 2)).toBe('▆█');
  expect(sparkline([0, 0], 3)).toBe(' ▁▁');
  expect(sparkline([], 3)).toBe('   ');
});
