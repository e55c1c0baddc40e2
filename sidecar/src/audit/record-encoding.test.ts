import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditRecord } from '../generated/types.ts';
import { encodeRecord } from './record-encoding.ts';

const text = fc.string({ unit: 'grapheme' });
const scalar = fc.oneof(text, fc.maxSafeInteger(), fc.boolean());
const optional = fc.record(
  {
    id: text,
    principal: text,
    credential: text,
    session: text,
    resource: text,
    keyName: text,
    algorithm: text,
    error: text,
    policies: fc.array(text, { maxLength: 3 }),
    epoch: fc.maxSafeNat(),
    details: fc.dictionary(text, scalar, { maxKeys: 5 }),
  },
  { requiredKeys: [] },
);
const required = fc.record({
  phase: fc.constantFrom('use', 'intent', 'result', 'event'),
  operation: text,
  outcome: fc.constantFrom('ok', 'denied', 'failed', 'pending'),
});

test('a record is encoded as RFC 8785 says, checked against canonicalize', () => {
  fc.assert(
    fc.property(required, optional, fc.maxSafeNat(), (some, others, time) => {
      const entry = { ...some, ...others } as Omit<AuditRecord, 'v' | 'time'>;
      expect(encodeRecord(entry, time)).toBe(canonicalize({ ...entry, v: 1, time }));
    }),
    { numRuns: 1000 },
  );
});

test.each(['"', '\\', '\n', '\u0000', '\u007f', '\u2028', '\ud83d\ude00', '\ufeff'])(
  'text with %j is encoded as RFC 8785 says',
  (odd) => {
    const entry = {
      phase: 'event',
      operation: odd,
      outcome: 'ok',
      details: { [odd]: odd, a: 1, '10': 2, '9': 3 },
    } as const;
    expect(encodeRecord(entry, 0)).toBe(canonicalize({ ...entry, v: 1, time: 0 }));
  },
);

test('a lone surrogate is refused, as RFC 8785 section 3.2.2.2 asks', () => {
  const entry = { phase: 'event', operation: '\ud800', outcome: 'ok' } as const;
  expect(() => encodeRecord(entry, 0)).toThrow(expect.objectContaining({ code: 'data_invalid' }));
});

test('a number that JSON cannot hold is refused', () => {
  const entry = { phase: 'event', operation: 'a', outcome: 'ok', details: { n: Number.NaN } } as const;
  expect(() => encodeRecord(entry, 0)).toThrow(expect.objectContaining({ code: 'data_invalid' }));
});
