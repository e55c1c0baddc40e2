import { expect, test } from 'vitest';
import type { KeyAlgorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import type { Job } from './job.ts';
import { type LaneName, laneOf } from './lanes.ts';
import { measureSpeed, tabledSpeed } from './machine-speed.ts';

function signatureBy(algorithm: KeyAlgorithm, bytes = 32): Job {
  const key: LoadedKey = { type: 'private', algorithm, extractable: false, usages: [], parts: [] };
  return { operation: 'sign', algorithm, key, data: Buffer.alloc(bytes) };
}

const p256 = signatureBy({ name: 'ECDSA', namedCurve: 'P-256' });

test('what is measured is a multiple of the table, within its bounds', () => {
  for (const multiple of Object.values(measureSpeed())) {
    expect(multiple).toBeGreaterThanOrEqual(1 / 4);
    expect(multiple).toBeLessThanOrEqual(16);
  }
});

test.each<[string, Job, Partial<typeof tabledSpeed>, LaneName]>([
  ['P-256 on the machine of the table', p256, {}, 'inline'],
  ['P-256 on a machine that takes four times as long', p256, { others: 4 }, 'batch'],
  ['Ed25519 where only its field arithmetic is slow', signatureBy({ name: 'Ed25519' }), { edwards: 2 }, 'batch'],
  ['P-256 there', p256, { edwards: 2 }, 'inline'],
  ['ML-DSA-65 where lattices are slow', signatureBy({ name: 'ML-DSA-65' }), { lattice: 4 }, 'slow'],
  ['16 KiB under HMAC', signatureBy({ name: 'HMAC' }, 16 << 10), {}, 'inline'],
  ['16 KiB under HMAC without instructions for SHA-2', signatureBy({ name: 'HMAC' }, 16 << 10), { data: 10 }, 'batch'],
])('%s', (_, job, speed, lane) => {
  expect(laneOf(job, { ...tabledSpeed, ...speed })).toBe(lane);
});
