import { expect, test } from 'vitest';
import { checkSkips, readKnownSkips } from './skip-gate.ts';

const known = { 'a reason': { 'ML-KEM keyGen': { 'ML-KEM-512': 25, 'ML-KEM-768': 1 } } };
const first = 'ML-KEM keyGen > ML-KEM-512: 25 cases: a reason';
const second = 'ML-KEM keyGen > ML-KEM-768: 1 case: a reason';

test('exactly the known skips are no difference', () => {
  expect(checkSkips([second, first], known, true)).toEqual([]);
});

test.each([
  ['another test', 'something else > is skipped without a word'],
  ['another number of vectors', 'ML-KEM keyGen > ML-KEM-512: 24 cases: a reason'],
  ['another reason', 'ML-KEM keyGen > ML-KEM-512: 25 cases: no time'],
])('%s is not explained', (_, name) => {
  expect(checkSkips([first, second, name], known, true)).toEqual([`skipped, but not in known-skips.json: ${name}`]);
});

test('a known skip that is gone has to leave the list, unless only a part ran', () => {
  expect(checkSkips([first], known, true)).toEqual([`in known-skips.json, but not skipped: ${second}`]);
  expect(checkSkips([first], known, false)).toEqual([]);
});

test('every known skip has a reason in words', () => {
  for (const reason of Object.keys(readKnownSkips())) expect(reason).toMatch(/^\S+ \S+ \S+/);
});
