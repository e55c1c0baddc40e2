import { expect, test } from 'vitest';
import { nearest, suggestion } from './nearest.ts';

const algorithms = ['ML-DSA-44', 'ML-DSA-65', 'ML-KEM-768', 'ECDSA', 'Ed25519', 'AES-GCM'];

test.each([
  ['ML-DSA-56', 'ML-DSA-65'],
  ['mldsa-65', 'ML-DSA-65'],
  ['ed25591', 'Ed25519'],
  ['ECSDA', 'ECDSA'],
  ['AES-GMC', 'AES-GCM'],
])('%s was to be %s', (word, meant) => {
  expect(nearest(word, algorithms)).toBe(meant);
});

test('another word is not near, and a short one must be nearer', () => {
  expect(nearest('Kyber', algorithms)).toBeUndefined();
  expect(nearest('ab', ['cd', 'xyz'])).toBeUndefined();
  expect(nearest('', algorithms)).toBeUndefined();
});

test('a hint names the one that is near, else what else is said', () => {
  expect(suggestion('actve', ['active', 'suspended'], 'choose')).toBe('did you mean active?');
  expect(suggestion('gone', ['active', 'suspended'], 'choose')).toBe('choose');
});
