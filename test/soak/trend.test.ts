import { expect, test } from 'vitest';
import { grows, trendOf } from './trend.ts';

const every10s = (values: readonly number[]) => values.map((value, index) => ({ atMs: index * 10_000, value }));

test('a straight line is found as it is', () => {
  const trend = trendOf(every10s([5, 6, 7, 8]));
  expect(trend.perMinute).toBeCloseTo(6);
  expect(trend.mean).toBe(6.5);
  expect(trend.standardError).toBeCloseTo(0);
});

// R: summary(lm(c(1, 3, 2, 5, 4) ~ c(0:4 / 6)))$coefficients[2, 1:2]
test('slope and standard error are those of a textbook regression', () => {
  const { perMinute, standardError } = trendOf(every10s([1, 3, 2, 5, 4]));
  expect(perMinute).toBeCloseTo(0.8 * 6, 10);
  expect(standardError).toBeCloseTo(Math.sqrt(3.6 / 3 / 10) * 6, 10);
});

test.each([
  ['a steady rise', [100, 103, 106, 109, 112, 115], true],
  ['a rise under the bound', [100, 100.1, 100.2, 100.3, 100.4], false],
  ['a saw', [100, 180, 100, 180, 100, 180], false],
  ['a fall', [100, 90, 80, 70], false],
])('%s: %j grows: %s', (_name, values, expected) => {
  expect(grows(trendOf(every10s(values)), 1)).toBe(expected);
});

test('two points are refused', () => expect(() => trendOf(every10s([1, 2]))).toThrow('2 points'));
