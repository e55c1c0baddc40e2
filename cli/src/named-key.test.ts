import type { KeyAlgorithm } from '@ferrohsm/sdk/node';
import { expect, test } from 'vitest';
import { algorithmText } from './named-key.ts';

test.each<[KeyAlgorithm, string]>([
  [{ name: 'Ed25519' }, 'Ed25519'],
  [{ name: 'AES-GCM', length: 256 }, 'AES-GCM 256'],
  [{ name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 3072, publicExponent: 'AQAB' }, 'RSA-PSS 3072 SHA-256'],
  [{ name: 'ECDSA', namedCurve: 'P-256', multipurpose: true }, 'ECDSA P-256 general-purpose'],
])('%o in words', (algorithm, words) => {
  expect(algorithmText({ algorithm })).toBe(words);
});
