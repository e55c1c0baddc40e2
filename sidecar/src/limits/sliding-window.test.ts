import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SlidingWindow } from './sliding-window.ts';

const periodMs = 60_000;
const slotMs = 1000;
const start = 1_800_000_000_000;
const waits = fc.array(fc.oneof(fc.nat(500), fc.nat(5000), fc.nat(130_000)), { maxLength: 80 });

/** The rule in one line: what happened in this slot or the sixty before it counts. */
function counted(times: readonly number[], nowMs: number): number {
  const slot = (atMs: number) => Math.floor(atMs / slotMs);
  return times.filter((atMs) => slot(atMs) >= slot(nowMs) - 60).length;
}

describe('a sliding window', () => {
  test('admits as the rule says, and never more than its limit in one period', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), waits, (limit, offset, steps) => {
        const window = new SlidingWindow(periodMs);
        const times: number[] = [];
        let nowMs = start + offset;
        for (const step of steps) {
          nowMs += step;
          const fits = window.delayMs(limit, nowMs) === 0;
          expect(fits).toBe(counted(times, nowMs) < limit);
          if (!fits) continue;
          window.add(nowMs);
          times.push(nowMs);
        }
        for (const atMs of times) {
          expect(times.filter((other) => other >= atMs && other < atMs + periodMs).length).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('says the very millisecond from which one more fits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), waits, (limit, steps) => {
        const window = new SlidingWindow(periodMs);
        let nowMs = start;
        for (const step of steps) {
          nowMs += step;
          window.add(nowMs);
        }
        const delayMs = window.delayMs(limit, nowMs);
        if (delayMs > 0) expect(window.delayMs(limit, nowMs + delayMs - 1)).toBe(1);
        expect(window.delayMs(limit, nowMs + delayMs)).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  test('forgets nothing when the clock is set back, and works from the beginning of time', () => {
    const window = new SlidingWindow(periodMs);
    window.add(5);
    expect(window.delayMs(1, 10)).toBe(61_000 - 10);
    window.add(200_000);
    expect(window.delayMs(1, 100_000)).toBe(261_000 - 100_000);
  });
});
