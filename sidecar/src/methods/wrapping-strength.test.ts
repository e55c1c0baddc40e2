import { expect, test } from 'vitest';
import type { KeyAlgorithm } from '../generated/types.ts';
import { requireStrongWrapping } from './wrapping-strength.ts';

const rsa = (modulusLength: number): KeyAlgorithm => ({ name: 'RSA-OAEP', modulusLength, hash: 'SHA-256' });
const aesKw = (length: number): KeyAlgorithm => ({ name: 'AES-KW', length });
const rsaSigning = (modulusLength: number) => ({ ...rsa(modulusLength), name: 'RSA-PSS' });
const p256 = { name: 'ECDSA', namedCurve: 'P-256' };
const aes256 = { name: 'AES-GCM', length: 256 };
const x25519 = { name: 'X25519' };
const hybrid = { name: 'MLKEM768-X25519' };

test.each<[wrapping: KeyAlgorithm, key: KeyAlgorithm]>([
  [hybrid, aes256],
  [hybrid, { name: 'ML-KEM-1024' }],
  [x25519, aes256],
  [rsa(3072), aes256],
  [rsa(2048), rsaSigning(2048)],
  [rsa(2048), rsaSigning(1024)],
  [aesKw(256), aes256],
  [aesKw(256), { name: 'ML-DSA-87' }],
  [aesKw(128), p256],
  [aesKw(128), { name: 'AES-GCM', length: 128 }],
])('%o carries %o', (wrapping, key) => {
  expect(() => requireStrongWrapping(wrapping, key)).not.toThrow();
});

test.each<[wrapping: KeyAlgorithm, key: KeyAlgorithm, detail: string]>([
  [rsa(1024), rsaSigning(1024), 'RSA-OAEP 1024 has 80 bits of strength, 112 are needed'],
  [rsa(2047), rsaSigning(1024), 'RSA-OAEP 2047 has 80 bits of strength, 112 are needed'],
  [rsa(2048), p256, 'RSA-OAEP 2048 has 112 bits of strength, 128 are needed'],
  [rsa(2048), aes256, 'RSA-OAEP 2048 has 112 bits of strength, 128 are needed'],
  [aesKw(128), aes256, 'AES-KW 128 has 128 bits of strength, 256 are needed'],
  [aesKw(192), { name: 'ML-DSA-87' }, 'AES-KW 192 has 192 bits of strength, 256 are needed'],
  [{ name: 'unheard-of' }, p256, 'unheard-of has 0 bits of strength, 128 are needed'],
])('%o does not carry %o', (wrapping, key, detail) => {
  expect(() => requireStrongWrapping(wrapping, key)).toThrow(
    expect.objectContaining({ code: 'wrapping_weak', detail }),
  );
});
