import { expect, test } from 'vitest';
import { MissedNames } from './missed-names.ts';

test('a name that was asked for counts once', () => {
  const missed = new MissedNames();
  missed.add('a');
  expect(missed.take('b')).toBe(false);
  expect(missed.take('a')).toBe(true);
  expect(missed.take('a')).toBe(false);
});

test('more names than are kept apart make every name count', () => {
  const missed = new MissedNames();
  for (let index = 0; index < 10_001; index++) missed.add(`n${index}`);
  expect(missed.take('never asked for')).toBe(true);
  expect(missed.take('never asked for')).toBe(false);
});
