import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf, fitted, shown, withoutFraction, wrapped } from './shown-text.ts';

/** Any code points, halves of characters among them. */
const anything = fc.array(fc.integer({ min: 0, max: 0x10ffff })).map((points) => String.fromCodePoint(...points));

test.each([
  ['an escape sequence', '\u001b[2Jgone', '\\u{1b}[2Jgone'],
  ['an escape sequence of one character', '\u009b31mred', '\\u{9b}31mred'],
  ['text that is turned around', 'a\u202eb', 'a\\u{202e}b'],
  ['line ends', 'a\r\nb\u2028c', 'a\\u{d}\\u{a}b\\u{2028}c'],
  ['a mark that is not seen', 'pay\u200bments', 'pay\\u{200b}ments'],
  ['half a character', '\ud800', '\\u{d800}'],
])('%s is escaped', (_, text, expected) => {
  expect(shown(text)).toBe(expected);
});

test('other text is shown as it is', () => {
  expect(shown('grüße, 世界 🔑 a-b_c/d')).toBe('grüße, 世界 🔑 a-b_c/d');
});

describe('a cell', () => {
  test('has exactly its columns, whatever it holds', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 0, max: 40 }), (text, columns) => {
        expect(columnsOf(fitted(text, columns))).toBe(columns);
      }),
      { numRuns: 1000 },
    );
  });

  test('that is cut off says so, and no wide character is halved', () => {
    expect(fitted('payments/signing', 9)).toBe('payments…');
    expect(fitted('世界世界', 4)).toBe('世… ');
  });
});

describe('a long text', () => {
  test('is broken at spaces, and where there are none', () => {
    expect(wrapped('alice wants to sign', 12)).toEqual(['alice wants', 'to sign']);
    expect(wrapped('a'.repeat(25), 10)).toEqual(['a'.repeat(10), 'a'.repeat(10), 'a'.repeat(5)]);
  });

  test('loses nothing, and no row is too long', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const rows = wrapped(text, columns);
        expect(rows.join('').replaceAll(' ', '')).toBe(shown(text).replaceAll(' ', ''));
        for (const row of rows) expect(columnsOf(row)).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 1000 },
    );
  });
});

test('times lose their fraction, nothing else does', () => {
  expect(withoutFraction('2026-11-29T13:25:54.278Z')).toBe('2026-11-29T13:25:54Z');
  expect(withoutFraction('release 1.2')).toBe('release 1.2');
});
