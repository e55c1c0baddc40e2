import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { table } from './table.ts';

const heading = ['NAME', 'ALGORITHM', 'STATE', 'USAGES'];
const rows = [
  ['payments/signing', 'ML-DSA-65', 'active', 'sign,verify'],
  ['web/tls', 'ECDSA P-384', 'pending-destruction', 'sign,verify'],
];

test('where nothing says how wide it may be, nothing is cut off', () => {
  expect(table(heading, rows)).toBe(
    [
      'NAME              ALGORITHM    STATE                USAGES',
      'payments/signing  ML-DSA-65    active               sign,verify',
      'web/tls           ECDSA P-384  pending-destruction  sign,verify',
    ].join('\n'),
  );
});

test('what does not fit ends in an ellipsis, the widest column first and the first one last', () => {
  expect(table(heading, rows, 50)).toBe(
    [
      'NAME              ALGORITHM  STATE      USAGES',
      'payments/signing  ML-DSA-65  active     sign,veri…',
      'web/tls           ECDSA P-…  pending-…  sign,veri…',
    ].join('\n'),
  );
});

describe('however long the cells and narrow the terminal', () => {
  const cells = fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 90 }), { minLength: 6, maxLength: 6 });
  test('no line is longer, and the same cells are there', () => {
    fc.assert(
      fc.property(fc.array(cells, { minLength: 1, maxLength: 5 }), fc.integer({ min: 20, max: 200 }), (all, width) => {
        const [first = [], ...others] = all;
        const lines = table(first, others, width).split('\n');
        expect(lines).toHaveLength(all.length);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
});
