import { SidecarError } from '../../errors.ts';
import type { Job, JobResult, Lane, OperationName } from './job.ts';
import { LaneThread, type PendingJob } from './lane-thread.ts';

/**
 * A worker thread of its own for operations that last from milliseconds to seconds, one at a time, so that they delay
 * nothing but each other.
 *
 * @param capacity jobs that may wait or run; one more is refused with `quota_exceeded`
 */
export function createSlowLane(capacity: number, entry: URL): Lane {
  const waiting: PendingJob[] = [];
  let thread: LaneThread | undefined;
  let busy = false;
  let closed = false;

  const next = () => {
    if (busy) return;
    const job = waiting.shift();
    if (job === undefined) return;
    busy = true;
    thread ??= new LaneThread(entry, () => {
      thread = undefined;
    });
    thread.post([job]);
  };
  const afterwards =
    <A>(settle: (argument: A) => void) =>
    (argument: A) => {
      busy = false;
      settle(argument);
      if (!closed) setImmediate(next);
    };

  return Object.freeze({
    run<O extends OperationName>(job: Job<O>): Promise<JobResult<O>> {
      return new Promise((resolve, reject) => {
        if (closed) return reject(laneClosed());
        if (waiting.length + (busy ? 1 : 0) >= capacity) {
          return reject(new SidecarError('quota_exceeded', `${capacity} slow operations`));
        }
        const settle = afterwards(resolve as PendingJob['resolve']);
        waiting.push({ job: job as Job, resolve: settle, reject: afterwards(reject) });
        next();
      });
    },
    async close() {
      closed = true;
      for (const { reject } of waiting.splice(0)) reject(laneClosed());
      await thread?.close();
    },
  });
}

function laneClosed(): SidecarError {
  return new SidecarError('internal_error', 'the lane is closed');
}
