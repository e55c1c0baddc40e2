import { expect, test } from 'vitest';
import { RewrapTally } from './rewrap-tally.ts';

test('a key that was rotated meanwhile is named, also when what is outdated was written before an interruption', () => {
  const before = new RewrapTally();
  before.note('rotated', { outcome: 'rewrapped', version: 2 });
  before.note('same', { outcome: 'current', version: 2 });
  expect(before.outrun).toEqual([]);
  const after = new RewrapTally(JSON.parse(JSON.stringify(before.counts)));
  after.note('rotated', { outcome: 'rewrapped', version: 3 });
  after.note('same', { outcome: 'rewrapped', version: 2 });
  expect(after.outrun).toEqual(['rotated']);
  expect(after.counts).toMatchObject({ rewrapped: 3, current: 1, failed: 0 });
});

test('all failures are counted, and the first of them kept', () => {
  const tally = new RewrapTally();
  for (let line = 1; line <= 1500; line++) tally.fail(`line ${line}`, { code: 'data_invalid', message: 'broken' });
  const { failed, failures } = tally.counts;
  expect(failed).toBe(1500);
  expect(failures).toHaveLength(1000);
  expect(failures[0]).toEqual({ at: 'line 1', code: 'data_invalid', reason: 'broken' });
});
