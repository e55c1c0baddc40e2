import { expect, it } from 'vitest';
import { memberAt } from './member-at.ts';

it.each([
  ['key', 'ses_1'],
  ['algorithm.public.handle', 'ses_2'],
  ['algorithm.length', undefined],
  ['key.length', undefined],
  ['data.first', undefined],
])('finds %s: %s', (path, value) => {
  const params = { key: 'ses_1', algorithm: { name: 'ECDH', public: { handle: 'ses_2' } }, data: null };
  expect(memberAt(params, path)).toBe(value);
});
