import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

const attempts = fc.array(fc.record({ waitMs: fc.nat(1500), amount: fc.integer({ min: 1, max: 40 }) }), {
  maxLength: 60,
});
const rates = fc.integer({ min: 1, max: 40 });
const start = 1_800_000_000_000;

/** Attempts in their order; what was admitted, with its time. */
function admitted(perSecond: number, tries: readonly { waitMs: number; amount: number }[]) {
  const bucket = new TokenBucket();
  const taken: { atMs: number; amount: number }[] = [];
  let nowMs = start;
  for (const { waitMs, amount } of tries) {
    nowMs += waitMs;
    if (bucket.delayMs(amount, perSecond, nowMs) > 0) continue;
    bucket.take(amount, perSecond, nowMs);
    taken.push({ atMs: nowMs, amount });
  }
  return { bucket, nowMs, taken };
}

describe('a token bucket', () => {
  test('lets no stretch of time have more than its share and one burst', () => {
    fc.assert(
      fc.property(rates, attempts, (perSecond, tries) => {
        const small = tries.map(({ waitMs, amount }) => ({ waitMs, amount: Math.min(amount, perSecond) }));
        const { taken } = admitted(perSecond, small);
        for (const [first, { atMs }] of taken.entries()) {
          let sum = 0;
          for (const later of taken.slice(first)) {
            sum += later.amount;
            expect(sum).toBeLessThanOrEqual(perSecond + (perSecond * (later.atMs - atMs)) / 1000);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('says the very millisecond from which an amount fits', () => {
    fc.assert(
      fc.property(rates, attempts, fc.integer({ min: 1, max: 80 }), (perSecond, tries, amount) => {
        const { bucket, nowMs } = admitted(perSecond, tries);
        const delayMs = bucket.delayMs(amount, perSecond, nowMs);
        expect(bucket.delayMs(amount, perSecond, nowMs + delayMs)).toBe(0);
        if (delayMs > 0) expect(bucket.delayMs(amount, perSecond, nowMs + delayMs - 1)).toBe(1);
      }),
      { numRuns: 1000 },
    );
  });

  test('takes more than its rate when it is empty, and then waits until that is paid off', () => {
    const bucket = new TokenBucket();
    expect(bucket.delayMs(50, 10, start)).toBe(0);
    bucket.take(50, 10, start);
    expect(bucket.delayMs(1, 10, start)).toBe(4100);
    expect(bucket.delayMs(50, 10, start)).toBe(5000);
  });

  test('keeps what was spent when its rate changes, and gives no time when the clock is set back', () => {
    const bucket = new TokenBucket();
    bucket.take(10, 10, start);
    expect(bucket.delayMs(1, 11, start)).toBe(0);
    expect(bucket.delayMs(1, 2, start)).toBe(4500);
    expect(bucket.delayMs(1, 10, start - 60_000)).toBe(100);
  });
});
