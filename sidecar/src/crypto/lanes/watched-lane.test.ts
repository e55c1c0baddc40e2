import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import type { Job } from './job.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { tabledSpeed } from './machine-speed.ts';

let lanes: Lanes;
afterEach(() => lanes.close());

function signing(name: 'ML-DSA-65' | 'SLH-DSA-SHA2-128f'): Job<'sign'> {
  const { privateKey } =
    name === 'ML-DSA-65' ? generateKeyPairSync('ml-dsa-65') : generateKeyPairSync('slh-dsa-sha2-128f');
  const key = { type: 'private', algorithm: { name }, extractable: false, usages: [], parts: [privateKey] } as const;
  return { operation: 'sign', algorithm: { name }, key, data: randomBytes(32) };
}

it('counts what is given to a lane, what is in it, and what it refuses', async () => {
  lanes = createLanes({ workers: 1, slowQueue: 2, speed: tabledSpeed });
  const { batch, slow } = lanes.loads;
  const slowJob = signing('SLH-DSA-SHA2-128f');
  const batchJob = signing('ML-DSA-65');
  const runs = Promise.allSettled([...Array.from({ length: 3 }, () => lanes.run(slowJob)), lanes.run(batchJob)]);
  expect([batch.depth, slow.jobs]).toEqual([1, 3]);
  const ends = (await runs).map(({ status }) => status);
  expect(ends).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect([slow.depth, slow.refusals, batch.depth, batch.jobs, batch.refusals]).toEqual([0, 1, 0, 1, 0]);
});
