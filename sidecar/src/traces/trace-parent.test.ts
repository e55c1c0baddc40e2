import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTraceParent } from './trace-parent.ts';

// Examples of W3C Trace Context, sections 3.2.2 and 3.2.4.
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

test.each([
  [`00-${traceId}-${spanId}-01`, { traceId, spanId, isSampled: true }],
  [`00-${traceId}-${spanId}-00`, { traceId, spanId, isSampled: false }],
  // Flags that nobody knows yet are left alone.
  [`00-${traceId}-${spanId}-03`, { traceId, spanId, isSampled: true }],
  [`cc-${traceId}-${spanId}-01`, { traceId, spanId, isSampled: true }],
  [`cc-${traceId}-${spanId}-01-what-the-future-will-be-like`, { traceId, spanId, isSampled: true }],
])('%s is read', (text, expected) => {
  expect(parseTraceParent(text)).toEqual(expected);
});

test.each([
  '',
  '00',
  `ff-${traceId}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${traceId}-${spanId}-01-more`,
  `00-${traceId}-${spanId}-01.`,
  `cc-${traceId}-${spanId}-01.more`,
  `00-${traceId}-${spanId}-0`,
  ` 00-${traceId}-${spanId}-01`,
  `00-${traceId}-${spanId}-01\n`,
  `00-${traceId}-${spanId}-01,00-${traceId}-${spanId}-01`,
])('%j is none', (text) => {
  expect(parseTraceParent(text)).toBeUndefined();
});

test('no text is more than it says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
      expect(parseTraceParent(text)).toBeUndefined();
    }),
  );
});
