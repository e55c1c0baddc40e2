import { setTimeout as pass } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { CheckpointLag } from './checkpoint-lag.ts';

it('is none where every record is covered', () => {
  const lag = new CheckpointLag();
  expect(lag.lagMs).toBe(0);
  lag.leavesArrived();
  lag.begin();
  lag.published();
  expect(lag.lagMs).toBe(0);
});

it('is that of the oldest record, until the checkpoint over it is published', async () => {
  const lag = new CheckpointLag();
  lag.leavesArrived();
  await pass(30);
  lag.leavesArrived();
  lag.begin();
  expect(lag.lagMs).toBeGreaterThan(25);
});

it('goes on with the oldest record that came while the checkpoint was made', async () => {
  const lag = new CheckpointLag();
  lag.leavesArrived();
  await pass(60);
  lag.begin();
  lag.leavesArrived();
  await pass(20);
  lag.published();
  expect(lag.lagMs).toBeGreaterThan(15);
  expect(lag.lagMs).toBeLessThan(lag.ageMs + 60);
  expect(lag.ageMs).toBeLessThan(lag.lagMs);
});
