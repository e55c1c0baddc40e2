import { createBatchLane } from './batch-lane.ts';
import { estimateUs } from './cost-table.ts';
import { inlineLane } from './inline-lane.ts';
import type { Job, Lane } from './job.ts';
import { createSlowLane } from './slow-lane.ts';
import { workerEntry } from './worker-entry.ts';

export type LaneName = 'inline' | 'batch' | 'slow';

/** A hop to a worker and back takes about 50 microseconds. */
const inlineUpToUs = 100;
const batchUpToUs = 5_000;

/** Where a job runs; the only place that decides it. */
export function laneOf(job: Job): LaneName {
  const us = estimateUs(job);
  if (us <= inlineUpToUs) return 'inline';
  return us <= batchUpToUs ? 'batch' : 'slow';
}

export interface LaneOptions {
  /** Worker threads of the batch lane. */
  readonly workers: number;
  /** Jobs that may wait or run in the slow lane. */
  readonly slowQueue: number;
}

/** All lanes behind the interface of one: each job runs in the lane that fits its cost. */
export function createLanes({ workers, slowQueue }: LaneOptions, entry: URL = workerEntry()): Lane {
  const lanes: Readonly<Record<LaneName, Lane>> = Object.freeze({
    inline: inlineLane,
    batch: createBatchLane(workers, entry),
    slow: createSlowLane(slowQueue, entry),
  });
  return Object.freeze({
    run: (job) => lanes[laneOf(job as Job)].run(job),
    async close() {
      await Promise.all(Object.values(lanes).map((lane) => lane.close()));
    },
  } satisfies Lane);
}
