import { expect, test } from 'vitest';
import type { MethodName } from '../generated/types.ts';
import { memberAt } from './member-at.ts';
import { wrappingOf } from './wrapping-of.ts';

const of = (method: MethodName, params: object) => wrappingOf(method, (path) => memberAt(params, path));

test('an export says how it is wrapped, or that it is not', () => {
  expect(of('keys.export', { wrapping: { name: 'HPKE-X25519' } })).toBe('HPKE-X25519');
  expect(of('keys.export', { format: 'raw' })).toBeUndefined();
  expect(of('subtle.exportKey', { wrapping: { name: 'HPKE-X25519' } })).toBeUndefined();
});

test('under a named key by its algorithm, under a session key as good as not', () => {
  const wrapAlgorithm = { name: 'AES-KW' };
  expect(of('subtle.wrapKey', { wrapAlgorithm, wrappingKey: `key_${'A'.repeat(22)}/1` })).toBe('AES-KW');
  expect(of('subtle.wrapKey', { wrapAlgorithm, wrappingKey: `ses_${'A'.repeat(22)}` })).toBeUndefined();
});

test('the log remembers it by the same paths', () => {
  const details: Readonly<Record<string, string>> = { 'wrapping.name': 'AES-KWP' };
  expect(wrappingOf('keys.export', (path) => details[path])).toBe('AES-KWP');
});
