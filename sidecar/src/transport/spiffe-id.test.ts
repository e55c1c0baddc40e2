import { expect, it } from 'vitest';
import { isWorkloadSpiffeId } from './spiffe-id.ts';

it.each(['spiffe://example.org/a', 'spiffe://example.org/ns/prod/sa/Pay_1.2-x', 'spiffe://a_b-c.1/...'])(
  '%s',
  (uri) => {
    expect(isWorkloadSpiffeId(uri)).toBe(true);
  },
);

it.each([
  'spiffe://example.org',
  'spiffe://example.org/',
  'spiffe://example.org/a/',
  'spiffe://example.org//a',
  'spiffe://example.org/./a',
  'spiffe://example.org/a/..',
  'spiffe://Example.org/a',
  'SPIFFE://example.org/a',
  'spiffe://example.org:443/a',
  'spiffe://user@example.org/a',
  'spiffe://example.org/a?b',
  'spiffe://example.org/a#b',
  'spiffe://example.org/%61',
  'spiffe://example.org/a\n',
  'spiffe:///a',
  `spiffe://${'a'.repeat(256)}/a`,
  `spiffe://example.org/${'a'.repeat(2048)}`,
  'https://example.org/a',
  '',
])('not %j', (uri) => {
  expect(isWorkloadSpiffeId(uri)).toBe(false);
});
