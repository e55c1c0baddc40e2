import canonicalize from 'canonicalize';
import { expect, test } from 'vitest';
import { readRecord } from './record-form.ts';

const record = { v: 1, time: 5, phase: 'use', operation: 'subtle.sign', outcome: 'ok' };
const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  {},
  { details: { '10': 1, '9': 'x', a: true } },
  { policies: [], epoch: 0, keyName: '"\\\n\u2028\u20ac\ud83d\ude00' },
])('a record with %j is well-formed in its RFC 8785 encoding', (more) => {
  expect(readRecord(bytes(canonicalize({ ...record, ...more }) ?? ''))).toEqual({ record: { ...record, ...more } });
});

test.each([
  ['{', 'not JSON'],
  ['[]', 'not an object'],
  ['null', 'not an object'],
  [JSON.stringify(record), 'not in canonical form'],
  [`${canonicalize(record)} `, 'not in canonical form'],
  [canonicalize(record)?.replace('{', '{"outcome":"ok",'), 'not in canonical form'],
  [canonicalize({ ...record, time: undefined }), 'no member time'],
  [canonicalize({ ...record, v: 2 }), 'member "v" not allowed'],
  [canonicalize({ ...record, time: 0.5 }), 'member "time" not allowed'],
  [canonicalize({ ...record, phase: 'using' }), 'member "phase" not allowed'],
  [canonicalize({ ...record, extra: 1 }), 'member "extra" not allowed'],
  [canonicalize({ ...record, toString: 'x' }), 'member "toString" not allowed'],
  [canonicalize({ ...record, policies: [1] }), 'member "policies" not allowed'],
  [canonicalize({ ...record, details: { a: {} } }), 'member "details" not allowed'],
  [canonicalize({ ...record, details: [] }), 'member "details" not allowed'],
])('%s is no record: %s', (text, reason) => {
  expect(readRecord(bytes(text ?? ''))).toEqual({ reason });
});

test('bytes that are not UTF-8 are no record', () => {
  expect(readRecord(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ reason: 'not JSON' });
});
