import { expect, test } from 'vitest';
import type { KeyAlgorithm, KeyFormat } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { keyFamilies } from '../keys/algorithm-table.ts';
import { encryptionSchemes, wrappingSchemes } from '../operations/ciphers.ts';
import { derivationSchemes } from '../operations/derivations.ts';
import { kemSchemes } from '../operations/kems.ts';
import { digestSchemes, signatureSchemes } from '../operations/signatures.ts';
import { costs } from './cost-table.ts';
import type { Job } from './job.ts';
import { laneOf } from './lanes.ts';

const tables = [
  ['sign', signatureSchemes],
  ['signDigest', digestSchemes],
  ['verify', signatureSchemes],
  ['encrypt', encryptionSchemes],
  ['decrypt', encryptionSchemes],
  ['wrap', wrappingSchemes],
  ['unwrap', wrappingSchemes],
  ['derive', derivationSchemes],
  ['encapsulate', kemSchemes],
  ['decapsulate', kemSchemes],
  ['import', keyFamilies],
] as const;

test.each(tables)('%s has a cost for every algorithm', (operation, schemes) => {
  expect(Object.keys(costs[operation])).toEqual(expect.arrayContaining(Object.keys(schemes)));
});

function key(algorithm: KeyAlgorithm): LoadedKey {
  return { type: 'secret', algorithm, extractable: false, usages: [], parts: [] };
}

test.each<[string, Job]>([
  ['data', { operation: 'sign', algorithm: { name: 'HMAC' }, key: key({ name: 'HMAC' }), data: Buffer.alloc(1 << 20) }],
  [
    'additional data',
    {
      operation: 'encrypt',
      algorithm: { name: 'AES-GCM', iv: Buffer.alloc(12), additionalData: Buffer.alloc(1 << 20) },
      key: key({ name: 'AES-GCM' }),
      data: Buffer.alloc(1),
    },
  ],
  [
    'a salt',
    {
      operation: 'derive',
      algorithm: { name: 'HKDF', hash: 'SHA-256', salt: Buffer.alloc(1 << 20), info: Buffer.alloc(0) },
      key: key({ name: 'HKDF' }),
      length: 256,
      peer: undefined,
    },
  ],
])('%s of a MiB is no work for the thread that serves everybody', (_, job) => {
  expect(laneOf(job)).not.toBe('inline');
});

test('an RSA public key takes as long as its exponent', () => {
  const verification = (publicExponent: string): Job => ({
    operation: 'verify',
    algorithm: { name: 'RSA-PSS', saltLength: 32 },
    key: key({ name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 3072, publicExponent }),
    data: Buffer.alloc(1),
    signature: Buffer.alloc(384),
  });
  expect(laneOf(verification('AQAB'))).toBe('inline');
  expect(laneOf(verification('P'.repeat(512)))).not.toBe('inline');
});

test.each<[string, string, string, number]>([
  ['a P-256 private key', 'ECDSA', 'pkcs8', 138],
  ['an AES key', 'AES-GCM', 'raw', 32],
  ['an RSA-4096 public key', 'RSA-PSS', 'spki', 550],
  ['an SLH-DSA public key', 'SLH-DSA-SHAKE-256s', 'spki', 82],
])('%s is imported at once', (_, name, format, bytes) => {
  expect(laneOf(importOf(name, format, bytes))).toBe('inline');
});

test.each<[string, string, string, number, string]>([
  ['an RSA-2048 private key', 'RSA-OAEP', 'pkcs8', 1218, 'batch'],
  ['an RSA-8192 private key', 'RSA-OAEP', 'pkcs8', 4690, 'slow'],
  ['a composite private key', 'MLDSA65-Ed25519-SHA512', 'raw-seed', 64, 'batch'],
  ['an SLH-DSA private key', 'SLH-DSA-SHAKE-256s', 'raw-private', 128, 'slow'],
])('%s, which is checked by signing, is imported elsewhere', (_, name, format, bytes, lane) => {
  expect(laneOf(importOf(name, format, bytes))).toBe(lane);
});

function importOf(name: string, format: string, bytes: number): Job {
  const attributes = { extractable: false, usages: [] };
  return {
    operation: 'import',
    algorithm: { name },
    format: format as KeyFormat,
    data: Buffer.alloc(bytes),
    attributes,
  };
}
