import { expect, test } from 'vitest';
import { createSteadyClock } from './steady-clock.ts';

test('time follows the clock of the day, and goes on from where it was when that is set back', () => {
  let [dayMs, runningMs] = [1_000_000, 0];
  const pass = (ms: number) => {
    dayMs += ms;
    runningMs += ms;
  };
  const clock = createSteadyClock(
    () => dayMs,
    () => runningMs,
  );
  expect(clock.now()).toBe(1_000_000);
  pass(500);
  expect(clock.now()).toBe(1_000_500);
  dayMs -= 400_000;
  expect(clock.now()).toBe(1_000_500);
  pass(250);
  expect(clock.now()).toBe(1_000_750);
  dayMs += 900_000;
  expect(clock.now()).toBe(dayMs);
  clock.notBefore(dayMs + 5_000);
  expect(clock.now()).toBe(dayMs + 5_000);
  pass(1_000);
  expect(clock.now()).toBe(dayMs + 5_000);
});
