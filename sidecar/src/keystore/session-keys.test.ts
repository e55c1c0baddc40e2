import { expect, test } from 'vitest';
import { SessionKeys } from './session-keys.ts';

test('handles are random and lead back to their keys', () => {
  const keys = new SessionKeys<string>(10);
  const first = keys.add('a');
  const second = keys.add('a');
  expect(first).toMatch(/^ses_[A-Za-z0-9_-]{22}$/);
  expect(second).not.toBe(first);
  expect(keys.get(first)).toBe('a');
  expect(keys.get('ses_AAAAAAAAAAAAAAAAAAAAAA')).toBeUndefined();
  expect(keys.size).toBe(2);
});

test('the limit holds, and released places can be taken again', () => {
  const keys = new SessionKeys<number>(2);
  const first = keys.add(1);
  keys.add(2);
  expect(() => keys.add(3)).toThrow(expect.objectContaining({ code: 'quota_exceeded' }));
  expect(keys.release([first, first, 'ses_unknown'])).toBe(1);
  expect(keys.get(first)).toBeUndefined();
  keys.add(3);
  keys.clear();
  expect(keys.size).toBe(0);
});
