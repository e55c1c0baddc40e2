import { expect, test } from 'vitest';
import type { MethodName } from '../generated/types.ts';
import { memberAt } from './member-at.ts';
import { wrappingOf } from './wrapping-of.ts';

const of = (method: MethodName, params: object) => wrappingOf(method, (path) => memberAt(params, path));
const key = `key_${'A'.repeat(22)}/1`;

test('an export says how it is wrapped, or that it is not', () => {
  expect(of('keys.export', { wrapping: { name: 'HPKE-X25519' } })).toEqual({ name: 'HPKE-X25519' });
  expect(of('keys.export', { format: 'raw' })).toBeUndefined();
  expect(of('subtle.exportKey', { wrapping: { name: 'HPKE-X25519' } })).toBeUndefined();
});

test('under a named key by its algorithm, under a session key as good as not', () => {
  const wrapAlgorithm = { name: 'AES-KW' };
  expect(of('subtle.wrapKey', { wrapAlgorithm, wrappingKey: key })).toEqual({ name: 'AES-KW', openedBy: key });
  expect(of('subtle.wrapKey', { wrapAlgorithm, wrappingKey: `ses_${'A'.repeat(22)}` })).toBeUndefined();
});

test('AES-KW is opened again by the key that wraps, AES-KWP by no method', () => {
  expect(of('keys.export', { wrapping: { name: 'AES-KW', key } })).toEqual({ name: 'AES-KW', openedBy: key });
  expect(of('keys.export', { wrapping: { name: 'AES-KWP', key } })).toEqual({ name: 'AES-KWP' });
});

test('the log remembers it by the same paths', () => {
  const details: Readonly<Record<string, string>> = { 'wrapping.name': 'AES-KW', 'wrapping.key': key };
  expect(wrappingOf('keys.export', (path) => details[path])).toEqual({ name: 'AES-KW', openedBy: key });
});
