import { SidecarError } from '../../errors.ts';
import { FairQueue } from '../../fair-queue.ts';
import type { Job, JobResult, Lane, OperationName } from './job.ts';
import type { PendingJob } from './lane-thread.ts';
import { type LaneThreadLimits, LaneThreads } from './lane-threads.ts';

export interface WorkerLaneOptions extends LaneThreadLimits {
  /** Work that may wait for a thread, in the measure of the lane. */
  readonly capacity: number;
  /** How much work a job is, above zero. */
  readonly costOf: (job: Job) => number;
  /** What a job is told when too much waits. */
  readonly refusal: string;
}

/**
 * Worker threads for operations that cost more than a hop: jobs of one turn of the event loop go as one message a
 * thread. Threads get a little work ahead; the rest waits here, where askers take turns. When too much waits, a job is
 * refused with `quota_exceeded`, unless its asker has less than an equal share of what waits.
 */
export function createWorkerLane({ capacity, costOf, refusal, ...limits }: WorkerLaneOptions, entry: URL): Lane {
  const waiting = new FairQueue<PendingJob>(capacity);
  const threads = new LaneThreads(limits, entry, dealSoon);
  let isDealing = false;
  let closed = false;

  function dealSoon(): void {
    if (isDealing || closed || waiting.size === 0) return;
    isDealing = true;
    setImmediate(() => {
      isDealing = false;
      if (waiting.size > 0) threads.deal(waiting);
    });
  }

  return Object.freeze({
    run<O extends OperationName>(job: Job<O>, asker?: object): Promise<JobResult<O>> {
      return new Promise((resolve, reject) => {
        if (closed) return reject(laneClosed());
        const cost = costOf(job as Job);
        const pending = { job: job as Job, cost, resolve: resolve as PendingJob['resolve'], reject };
        if (waiting.add(asker, pending, cost)) dealSoon();
        else reject(new SidecarError('quota_exceeded', refusal));
      });
    },
    async close() {
      closed = true;
      for (let job = waiting.take(); job !== undefined; job = waiting.take()) job.reject(laneClosed());
      await threads.close();
    },
  });
}

function laneClosed(): SidecarError {
  return new SidecarError('internal_error', 'the lane is closed');
}
