import { expect, test } from 'vitest';
import type { LogEntry } from './log-entry.ts';
import { type RecordFilter, recordTest } from './record-filter.ts';

const entry: LogEntry = {
  index: 7,
  opening: 'valid',
  personal: { principal: 'alice' },
  record: {
    v: 1,
    time: 5000,
    phase: 'use',
    operation: 'subtle.sign',
    outcome: 'denied',
    error: 'not_found',
    resource: 'key_abc/1',
    keyName: 'releases',
  },
};

const matching: RecordFilter[] = [
  {},
  { operation: ['subtle.*'] },
  { operation: ['keys.*', '*.sign'] },
  { outcome: ['ok', 'denied'], phase: ['use'] },
  { principal: ['alice'], error: ['not_found'] },
  { resource: ['releases'] },
  { resource: ['key_abc'] },
  { resource: ['key_abc/1'] },
  { since: 5000, until: 5001 },
];
const others: RecordFilter[] = [
  { operation: ['subtle'] },
  { operation: ['subtle?sign', '.*'] },
  { outcome: ['ok'] },
  { phase: ['intent'] },
  { principal: ['bob'] },
  { error: ['internal'] },
  { resource: ['key_ab'] },
  { since: 5001 },
  { until: 5000 },
  { operation: ['subtle.*'], outcome: ['ok'] },
];

test.each(matching)('%j lets it through', (filter) => expect(recordTest(filter)(entry)).toBe(true));
test.each(others)('%j does not', (filter) => expect(recordTest(filter)(entry)).toBe(false));

test('a principal that cannot be read is nobody', () => {
  const { personal: _, ...erased } = entry;
  expect(recordTest({ principal: ['alice'] })(erased)).toBe(false);
});
