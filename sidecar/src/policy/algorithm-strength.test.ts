import { describe, expect, test } from 'vitest';
import { keyFamilies } from '../crypto/keys/algorithm-table.ts';
import { samples, titleOf } from '../crypto/keys/test-samples.ts';
import { compositeAlgorithms } from '../crypto/operations/composite-algorithms.ts';
import type { Algorithm } from '../generated/types.ts';
import { strengthOf, symmetricAlgorithms } from './algorithm-strength.ts';

const derivations = ['HKDF', 'PBKDF2', 'Argon2d', 'Argon2i', 'Argon2id'];
const nothing = { securityBits: 0, quantumSafe: false, hybrid: false, cnsa2: false };

/** `s` quantum-safe, `h` hybrid, `c` CNSA 2.0. */
type Row = readonly [algorithm: Algorithm, bits: number, marks?: string];

const rsa = (modulusLength: number, hash: string, name = 'RSA-PSS'): Algorithm => ({ name, modulusLength, hash });

const published: readonly Row[] = [
  // SP 800-57 part 1 rev. 5, table 2.
  [rsa(1024, 'SHA-256'), 80],
  [rsa(2048, 'SHA-256'), 112],
  [rsa(3072, 'SHA-256'), 128],
  [rsa(4096, 'SHA-256', 'RSASSA-PKCS1-v1_5'), 128],
  [rsa(7680, 'SHA-384'), 192],
  [rsa(15360, 'SHA-512'), 256],
  [rsa(512, 'SHA-256'), 0],
  [{ name: 'ECDSA', namedCurve: 'P-256' }, 128],
  [{ name: 'ECDH', namedCurve: 'P-384' }, 192],
  [{ name: 'ECDSA', namedCurve: 'P-521' }, 256],
  [{ name: 'AES-GCM', length: 128 }, 128, 's'],
  [{ name: 'AES-KW', length: 192 }, 192, 's'],
  [{ name: 'AES-GCM', length: 256 }, 256, 'sc'],
  [{ name: 'AES-OCB', length: 256 }, 256, 's'],
  [{ name: 'ChaCha20-Poly1305' }, 256, 's'],
  // SP 800-57 part 1 rev. 5, table 3.
  [rsa(4096, 'SHA-1'), 63],
  [rsa(15360, 'SHA3-256'), 128],
  [rsa(4096, 'SHA-1', 'RSA-OAEP'), 128],
  [{ name: 'HMAC', hash: 'SHA-1' }, 128, 's'],
  [{ name: 'HMAC', hash: 'SHA-256' }, 256, 's'],
  [{ name: 'HMAC', hash: 'SHA-256', length: 112 }, 112],
  [{ name: 'HMAC', hash: 'SHA-384', length: 256 }, 256, 'sc'],
  [{ name: 'HMAC', hash: 'SHA-512', length: 128 }, 128, 's'],
  [{ name: 'HMAC', hash: 'SHA3-384', length: 384 }, 256, 's'],
  [{ name: 'KMAC128' }, 128, 's'],
  [{ name: 'KMAC128', length: 256 }, 128, 's'],
  [{ name: 'KMAC256', length: 9 }, 9],
  [{ name: 'KMAC256', length: 0 }, 0],
  // SP 800-186 section 3.2.3.
  [{ name: 'Ed25519' }, 128],
  [{ name: 'X448' }, 224],
  // FIPS 203 section 8, FIPS 204 table 1, FIPS 205 table 2, CNSA 2.0.
  [{ name: 'ML-KEM-512' }, 128, 's'],
  [{ name: 'ML-KEM-768' }, 192, 's'],
  [{ name: 'ML-KEM-1024' }, 256, 'sc'],
  [{ name: 'ML-DSA-44' }, 128, 's'],
  [{ name: 'ML-DSA-65' }, 192, 's'],
  [{ name: 'ML-DSA-87' }, 256, 'sc'],
  [{ name: 'SLH-DSA-SHA2-128s' }, 128, 's'],
  [{ name: 'SLH-DSA-SHAKE-192f' }, 192, 's'],
  [{ name: 'SLH-DSA-SHAKE-256s' }, 256, 's'],
  [{ name: 'MLKEM768-X25519' }, 192, 'sh'],
  [{ name: 'MLKEM768-P256' }, 192, 'sh'],
  [{ name: 'MLKEM1024-P384' }, 256, 'sh'],
];

const rows = published.map(([algorithm, bits, marks = '']) => ({ algorithm, bits, marks }));

test.each(rows)('$algorithm has $bits bits', ({ algorithm, bits: securityBits, marks }) => {
  const flags = { quantumSafe: marks.includes('s'), hybrid: marks.includes('h'), cnsa2: marks.includes('c') };
  expect(strengthOf(algorithm)).toStrictEqual({ securityBits, ...flags });
  expect(Object.isFrozen(strengthOf(algorithm))).toBe(true);
});

test.each(Object.entries(compositeAlgorithms))('%s is as strong as its ML-DSA part', (name, { mlDsa }) => {
  const part = { 'ml-dsa-44': 128, 'ml-dsa-65': 192, 'ml-dsa-87': 256 }[mlDsa.asymmetricKeyType];
  expect(strengthOf({ name })).toStrictEqual({ securityBits: part, quantumSafe: true, hybrid: true, cnsa2: false });
});

describe('every algorithm that keys are made of is known', () => {
  const sampled = new Set(samples.map(({ algorithm }) => algorithm.name));

  test.each(samples.map((sample) => [titleOf(sample), sample] as const))('%s', (_, { algorithm, publicFormats }) => {
    const { securityBits } = strengthOf(algorithm);
    if (algorithm.length === 0) expect(securityBits).toBe(0);
    else expect(securityBits).toBeGreaterThan(0);
    expect(symmetricAlgorithms.includes(algorithm.name)).toBe(publicFormats.length === 0);
  });

  test('those without a sample are derivations, which floors let pass', () => {
    const rest = Object.keys(keyFamilies).filter((name) => !sampled.has(name));
    expect(rest.sort()).toEqual([...derivations].sort());
    for (const name of rest) expect(strengthOf({ name })).toMatchObject({ securityBits: 256, quantumSafe: true });
    expect(rest.filter((name) => strengthOf({ name }).cnsa2).sort()).toEqual(['HKDF', 'PBKDF2']);
    expect(symmetricAlgorithms).toEqual(expect.arrayContaining(rest));
  });
});

test('an import that leaves the size open counts as the largest or as what generation chooses', () => {
  expect(strengthOf({ name: 'AES-CBC' })).toEqual(strengthOf({ name: 'AES-CBC', length: 256 }));
  expect(strengthOf({ name: 'RSA-OAEP', hash: 'SHA-1' }).securityBits).toBe(256);
  expect(strengthOf({ name: 'RSA-PSS', hash: 'SHA-1' }).securityBits).toBe(63);
  expect(strengthOf({ name: 'HMAC', hash: 'SHA-512' })).toMatchObject({ securityBits: 256, cnsa2: true });
});

const strange: readonly Algorithm[] = [
  { name: '' },
  { name: 'constructor' },
  { name: '__proto__' },
  { name: 'aes-gcm', length: 256 },
  { name: 'DES-CBC', length: 64 },
  { name: 'AES-GCM', length: 64 },
  { name: 'ECDSA' },
  { name: 'ECDSA', namedCurve: 'toString' },
  { name: 'RSA-PSS', modulusLength: 4096 },
  { name: 'RSA-PSS', modulusLength: 4096, hash: 'MD5' },
  { name: 'HMAC', hash: 'valueOf', length: 256 },
  { name: 'SLH-DSA-SHA2-512s' },
  { name: 'MLDSA65-RSA2048-PSS-SHA512' },
];

test.each(strange)('%o is unknown', (algorithm) => {
  expect(strengthOf(algorithm)).toStrictEqual(nothing);
});
