import { expect, test } from 'vitest';
import { chanceOf, countIn, drawn } from './sample.ts';

const steps = Array.from({ length: 100 }, (_, step) => step);

test('one of each of as many stretches as are wanted is drawn, or all', () => {
  const some = drawn(steps, chanceOf(7), countIn('NOT_SET', '4'));
  expect(some.map((step) => Math.floor(step / 25))).toEqual([0, 1, 2, 3]);
  expect(drawn(steps, chanceOf(7), countIn('NOT_SET', '100'))).toEqual(steps);
  expect(drawn(steps, chanceOf(7), countIn('NOT_SET', 'all'))).toEqual(steps);
});

test.each(['0', '00', 'All', '', '-1', '1.5', '1e3', 'Infinity', '12 '])('%j images are refused', (text) => {
  expect(() => countIn('FERROHSM_CRASH_IMAGES', text)).toThrow('FERROHSM_CRASH_IMAGES');
});
