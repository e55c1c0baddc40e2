import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openPersonal } from './personal.ts';
import { type AuditEntry, encodeRecord } from './record-encoding.ts';

const text = fc.string({ unit: 'grapheme' });
const scalar = fc.oneof(text, fc.maxSafeInteger(), fc.boolean());
const details = fc.dictionary(text, scalar, { maxKeys: 5 });
const personal = fc.record(
  { principal: text, credential: text, thumbprint: text, uid: fc.nat(), pid: fc.nat(), address: text, details },
  { requiredKeys: [] },
);
const optional = fc.record(
  {
    id: text,
    authentication: fc.constantFrom('unix-peer', 'token'),
    session: text,
    resource: text,
    keyName: text,
    keyVersion: fc.nat(),
    algorithm: text,
    error: text,
    policies: fc.array(text, { maxLength: 3 }),
    policyHash: text,
    epoch: fc.maxSafeNat(),
    inputBytes: fc.nat(),
    outputBytes: fc.nat(),
    durationUs: fc.nat(),
    details,
  },
  { requiredKeys: [] },
);
const required = fc.record({
  phase: fc.constantFrom('use', 'intent', 'result', 'event'),
  operation: text,
  outcome: fc.constantFrom('ok', 'denied', 'failed', 'pending'),
});

const software = '1.2.3';

test('a record is encoded as RFC 8785 says, checked against canonicalize', () => {
  fc.assert(
    fc.property(required, optional, fc.maxSafeNat(), (some, others, time) => {
      const entry = { ...some, ...others } as AuditEntry;
      const { text: leaf, textBytes } = encodeRecord(entry, time, software);
      expect(leaf).toBe(canonicalize({ ...entry, v: 1, time, software }));
      expect(textBytes).toBe(Buffer.byteLength(leaf));
    }),
    { numRuns: 1000 },
  );
});

test('personal fields are in the opening alone, and the leaf commits to them', () => {
  fc.assert(
    fc.property(personal, (fields) => {
      const entry = { phase: 'use', operation: 'subtle.sign', outcome: 'ok', personal: fields } as AuditEntry;
      const { text: leaf, opening } = encodeRecord(entry, 0, software);
      const { actor, ...rest } = JSON.parse(leaf);
      expect(rest).toEqual({ phase: 'use', operation: 'subtle.sign', outcome: 'ok', software, time: 0, v: 1 });
      const label = Buffer.from('ferrohsm/audit-personal/v1\0');
      const salt = opening.subarray(0, 16);
      const json = Buffer.from(canonicalize(fields) ?? '');
      expect(opening.subarray(16)).toEqual(json);
      expect(actor).toBe(hash('sha256', Buffer.concat([label, salt, json]), 'base64url'));
      expect(openPersonal(opening, actor)).toEqual(fields);
    }),
  );
});

test('two records about the same person have commitments that nobody can compare', () => {
  const entry: AuditEntry = { phase: 'event', operation: 'a', outcome: 'ok', personal: { principal: 'zoe' } };
  const actors = Array.from({ length: 1000 }, () => JSON.parse(encodeRecord(entry, 0, software).text).actor);
  expect(new Set(actors).size).toBe(1000);
});

test('an opening of another record opens nothing, an erased one neither', () => {
  const entry: AuditEntry = { phase: 'event', operation: 'a', outcome: 'ok', personal: { principal: 'zoe' } };
  const [one, other] = [encodeRecord(entry, 0, software), encodeRecord(entry, 0, software)];
  const { actor } = JSON.parse(one.text);
  expect(openPersonal(one.opening, actor)).toEqual({ principal: 'zoe' });
  expect(openPersonal(other.opening, actor)).toBeUndefined();
  expect(openPersonal(Buffer.alloc(0), actor)).toBeUndefined();
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
    expect(encodeRecord(entry, 0, software).text).toBe(canonicalize({ ...entry, v: 1, time: 0, software }));
  },
);

test('a lone surrogate is refused, as RFC 8785 section 3.2.2.2 asks', () => {
  const entry = { phase: 'event', operation: '\ud800', outcome: 'ok' } as const;
  expect(() => encodeRecord(entry, 0, software)).toThrow(expect.objectContaining({ code: 'data_invalid' }));
});

test('a number that JSON cannot hold is refused', () => {
  const entry = { phase: 'event', operation: 'a', outcome: 'ok', details: { n: Number.NaN } } as const;
  expect(() => encodeRecord(entry, 0, software)).toThrow(expect.objectContaining({ code: 'data_invalid' }));
});
