import { SidecarError } from '../../errors.ts';
import type { Job, JobResult, Lane, OperationName } from './job.ts';
import { LaneThread, type PendingJob } from './lane-thread.ts';

/**
 * Worker threads for operations that cost more than a hop: all jobs of one turn of the event loop go as one message a
 * thread. Threads start with the first job and are replaced when they end.
 *
 * @param size threads, at least 1
 */
export function createBatchLane(size: number, entry: URL): Lane {
  const threads = new Set<LaneThread>();
  let collected: PendingJob[] = [];
  let closed = false;

  const flush = () => {
    const jobs = collected;
    collected = [];
    if (closed) return refuseAll(jobs);
    const load = jobs.length + [...threads].reduce((sum, thread) => sum + thread.load, 0);
    while (threads.size < Math.min(size, load)) {
      threads.add(new LaneThread(entry, (thread) => threads.delete(thread)));
    }
    for (const [thread, share] of distribute(jobs, [...threads])) thread.post(share);
  };

  return Object.freeze({
    run<O extends OperationName>(job: Job<O>): Promise<JobResult<O>> {
      return new Promise((resolve, reject) => {
        if (collected.length === 0) setImmediate(flush);
        collected.push({ job: job as Job, resolve: resolve as PendingJob['resolve'], reject });
      });
    },
    async close() {
      closed = true;
      await Promise.all([...threads].map((thread) => thread.close()));
    },
  });
}

/** Gives each job to the thread that has the fewest. */
function distribute(jobs: readonly PendingJob[], threads: readonly LaneThread[]): Map<LaneThread, PendingJob[]> {
  const shares = new Map<LaneThread, PendingJob[]>();
  const loadOf = (thread: LaneThread) => thread.load + (shares.get(thread)?.length ?? 0);
  for (const job of jobs) {
    const idlest = threads.reduce((best, thread) => (loadOf(thread) < loadOf(best) ? thread : best));
    const share = shares.get(idlest);
    if (share === undefined) shares.set(idlest, [job]);
    else share.push(job);
  }
  return shares;
}

function refuseAll(jobs: readonly PendingJob[]): void {
  for (const { reject } of jobs) reject(new SidecarError('internal_error', 'the lane is closed'));
}
