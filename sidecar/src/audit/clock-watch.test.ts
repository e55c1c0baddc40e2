import { expect, test, vi } from 'vitest';
import { ClockWatch } from './clock-watch.ts';

test.each([
  ['back by an hour', -3_600_000],
  ['forward by a month', 2_592_000_000],
])('a clock that is set %s is noticed once, and time never goes back', (_, changeMs) => {
  let now = 1_800_000_000_000;
  const watch = new ClockWatch(() => now, 0);
  const before = watch.read();
  watch.advance(before.timeMs);
  expect(before.step).toBeUndefined();
  now += changeMs;
  const { timeMs, step } = watch.read();
  expect(timeMs).toBe(Math.max(before.timeMs, now));
  expect(step).toMatchObject({ operation: 'clock.step', phase: 'event' });
  expect(Math.abs(Number(step?.details?.changeMs) - changeMs)).toBeLessThan(1000);
  expect(watch.read().step).toBeUndefined();
});

test('a clock that was set back while the log was closed is noticed at its first record', () => {
  const lastMs = 1_800_000_000_000;
  const watch = new ClockWatch(() => lastMs - 60_000, lastMs);
  expect(watch.read()).toMatchObject({ timeMs: lastMs, step: { details: { changeMs: -60_000 } } });
});

test('time that only passes is no step', () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  try {
    const watch = new ClockWatch(Date.now, 0);
    vi.advanceTimersByTime(86_400_000);
    expect(watch.read().step).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});
