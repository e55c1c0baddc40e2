import { estimateUs } from './cost-table.ts';
import { inlineLane } from './inline-lane.ts';
import type { Job, Lane } from './job.ts';
import { type MachineSpeed, measureSpeed, tabledSpeed } from './machine-speed.ts';
import { type LaneLoad, WatchedLane } from './watched-lane.ts';
import { workerEntry } from './worker-entry.ts';
import { createWorkerLane } from './worker-lane.ts';

export type LaneName = 'inline' | 'batch' | 'slow';

/** A hop to a worker and back takes about 50 microseconds. */
const inlineUpToUs = 100;
const batchUpToUs = 5_000;

/** What a thread has before it, so that it does not run out of work while a busy machine lets this thread wait. */
const threadUs = 100_000;
/** With two threads, 64 requests in flight wait for no turn. */
const threadJobs = 32;
/** Estimated work that may wait for each thread. */
const waitingUs = 2_000_000;

/** Where a job runs on a machine of that speed; the only place that decides it. */
export function laneOf(job: Job, speed: MachineSpeed = tabledSpeed): LaneName {
  const us = estimateUs(job, speed);
  if (us <= inlineUpToUs) return 'inline';
  return us <= batchUpToUs ? 'batch' : 'slow';
}

export interface LaneOptions {
  /** Worker threads of the batch lane. */
  readonly workers: number;
  /** Jobs that may wait for the slow lane. */
  readonly slowQueue: number;
  /** Default: as measured now. */
  readonly speed?: MachineSpeed;
}

/** What the lanes of other threads have to do and have done. */
export type LaneLoads = Readonly<Record<'batch' | 'slow', LaneLoad>>;

/** All lanes, and how much there is in each. */
export interface Lanes extends Lane {
  readonly loads: LaneLoads;
}

/** All lanes behind the interface of one: each job runs in the lane that fits its cost. */
export function createLanes(
  { workers, slowQueue, speed = measureSpeed() }: LaneOptions,
  entry: URL = workerEntry(),
): Lanes {
  const loads = Object.freeze({
    batch: new WatchedLane(createBatchLane(workers, entry, speed)),
    slow: new WatchedLane(createSlowLane(slowQueue, entry)),
  });
  const lanes: Readonly<Record<LaneName, Lane>> = Object.freeze({ inline: inlineLane, ...loads });
  return Object.freeze({
    run: (job, asker) => lanes[laneOf(job as Job, speed)].run(job, asker),
    async close() {
      await Promise.all(Object.values(lanes).map((lane) => lane.close()));
    },
    loads,
  } satisfies Lanes);
}

function createBatchLane(threads: number, entry: URL, speed: MachineSpeed): Lane {
  const refusal = 'the worker threads have too much to do';
  const costOf = (job: Job) => estimateUs(job, speed);
  const limits = { threads, perThread: threadUs, jobsPerThread: threadJobs };
  return createWorkerLane({ ...limits, capacity: threads * waitingUs, costOf, refusal }, entry);
}

/** One thread, and one operation at a time: they last from milliseconds to seconds, and delay nothing but each other. */
function createSlowLane(capacity: number, entry: URL): Lane {
  const refusal = `${capacity} slow operations wait`;
  const limits = { threads: 1, perThread: 1, jobsPerThread: 1 };
  return createWorkerLane({ ...limits, capacity, costOf: () => 1, refusal }, entry);
}
