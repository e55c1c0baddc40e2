import { expect, test } from 'vitest';
import type { LoadedKey } from '../key.ts';
import { requireAccess } from './key-access.ts';

const key: LoadedKey = {
  type: 'public',
  algorithm: { name: 'Ed25519' },
  extractable: true,
  usages: ['verify'],
  parts: [],
};

test('algorithm, then usage, then type decide', () => {
  const demand = { usage: 'sign', type: 'private' } as const;
  expect(() => requireAccess({ name: 'ECDSA' }, key, demand)).toThrow('a Ed25519 key with ECDSA');
  expect(() => requireAccess({ name: 'Ed25519' }, key, demand)).toThrow('usage sign');
  const signing = { ...key, usages: ['sign'] } as const;
  expect(() => requireAccess({ name: 'Ed25519' }, signing, demand)).toThrow('a public key where a private key');
  expect(() => requireAccess({ name: 'Ed25519' }, { ...signing, type: 'private' }, demand)).not.toThrow();
});
