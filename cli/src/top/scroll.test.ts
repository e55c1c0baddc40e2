import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scroll } from './scroll.ts';

const strokes = fc.constantFrom('up', 'down', 'page-up', 'page-down', 'home', 'end');

test('the chosen row is always one of those that are seen', () => {
  const height = fc.integer({ min: 1, max: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.array(fc.tuple(strokes, height)), (count, steps) => {
      const scroll = new Scroll();
      scroll.count = count;
      for (const [stroke, rows] of steps) {
        scroll.press(stroke);
        const [from, to] = scroll.window(rows);
        expect(scroll.selected).toBeGreaterThanOrEqual(from);
        expect(scroll.selected).toBeLessThan(to);
        expect(to - from).toBe(Math.min(rows, count));
      }
    }),
  );
});

test('a list that shrinks keeps a row chosen', () => {
  const scroll = new Scroll();
  scroll.count = 10;
  scroll.press('end');
  scroll.count = 3;
  expect(scroll.selected).toBe(2);
  scroll.count = 0;
  expect([scroll.selected, scroll.window(5)]).toEqual([0, [0, 0]]);
});

test('a page is as many rows as were seen', () => {
  const scroll = new Scroll();
  scroll.count = 100;
  scroll.window(18);
  scroll.press('page-down');
  expect(scroll.selected).toBe(18);
  expect(scroll.press('enter')).toBe(false);
});
