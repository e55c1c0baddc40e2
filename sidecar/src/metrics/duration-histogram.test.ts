import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketBoundsSeconds, DurationHistogram } from './duration-histogram.ts';

/** By looking for it, as the format defines buckets: the first whose bound is not below the value. */
function expectedBucket(durationMs: number): number {
  const index = bucketBoundsSeconds.findIndex((bound) => durationMs * 1e3 <= bound * 1e6);
  return index === -1 ? bucketBoundsSeconds.length : index;
}

function bucketOf(durationMs: number): number {
  const histogram = new DurationHistogram();
  histogram.observe(durationMs);
  return histogram.cumulative.indexOf(1);
}

it('has bounds from 50 us to more than 10 s', () => {
  expect(bucketBoundsSeconds.at(0)).toBe(0.00005);
  expect(bucketBoundsSeconds.at(-1)).toBeGreaterThan(10);
});

it.each([0, 0.05, 0.050_001, 0.1, 0.100_001, 6553.6, 13_107.2, 13_107.3, 1e6, 1e12, Number.POSITIVE_INFINITY])(
  'computes the bucket of %d ms',
  (durationMs) => expect(bucketOf(durationMs)).toBe(expectedBucket(durationMs)),
);

it('computes the bucket that a search finds', () => {
  // Whole microseconds, so that no rounding lies between the two ways.
  const durations = fc.oneof(fc.nat(1000), fc.nat(20_000_000)).map((us) => us / 1e3);
  fc.assert(fc.property(durations, (durationMs) => bucketOf(durationMs) === expectedBucket(durationMs)));
});

it('adds up', () => {
  const histogram = new DurationHistogram();
  for (const durationMs of [0.01, 0.06, 3, 20_000]) histogram.observe(durationMs);
  expect(histogram.count).toBe(4);
  expect(histogram.sumSeconds).toBeCloseTo(20.00307, 5);
  expect(histogram.cumulative.at(0)).toBe(1);
  expect(histogram.cumulative.at(-2)).toBe(3);
  expect(histogram.cumulative.at(-1)).toBe(4);
});
