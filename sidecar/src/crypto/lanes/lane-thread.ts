import { type Transferable, Worker } from 'node:worker_threads';
import { SidecarError } from '../../errors.ts';
import type { Job, JobResult } from './job.ts';
import { portableCopy } from './portable.ts';
import type { PostedJob, PostedOutcome } from './worker-messages.ts';

/** A job and its caller. */
export interface PendingJob {
  readonly job: Job;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

/** One worker thread. It keeps the process alive only while it has work. */
export interface LaneThread {
  /** Jobs that it has not answered yet. */
  readonly load: number;
  post(jobs: readonly PendingJob[]): void;
  close(): Promise<void>;
}

/**
 * Starts a worker thread.
 *
 * @param onDeath called when the thread ended by itself; its jobs are rejected with `internal_error` by then
 */
export function startLaneThread(entry: URL, onDeath: (thread: LaneThread) => void): LaneThread {
  // Neither the flags nor the environment of the process are the thread's business.
  const worker = new Worker(entry, {
    name: 'ferrohsm-lane',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {},
  });
  const pending = new Map<number, PendingJob>();
  let lastId = 0;
  let closing = false;

  const rejectAll = (cause: unknown) => {
    const died = new SidecarError('internal_error', 'a worker thread ended', { cause });
    for (const { reject } of pending.values()) reject(died);
    pending.clear();
  };
  let fault: unknown;
  worker.on('message', (outcomes: readonly PostedOutcome[]) => {
    for (const outcome of outcomes) {
      const job = pending.get(outcome.id);
      pending.delete(outcome.id);
      if (job !== undefined) settle(job, outcome);
    }
    if (pending.size === 0) worker.unref();
  });
  worker.on('error', (error) => {
    fault = error;
  });
  worker.on('exit', () => {
    rejectAll(fault);
    if (!closing) onDeath(thread);
  });
  worker.unref();

  const thread: LaneThread = {
    get load() {
      return pending.size;
    },
    post(jobs) {
      const transfer: Transferable[] = [];
      const batch = jobs.map((job): PostedJob => {
        const id = ++lastId;
        const copy = portableCopy(job.job);
        transfer.push(...copy.transfer);
        pending.set(id, job);
        return { id, job: copy.value };
      });
      try {
        worker.postMessage(batch, transfer);
        worker.ref();
      } catch (cause) {
        for (const { id } of batch) pending.delete(id);
        for (const { reject } of jobs) reject(new SidecarError('internal_error', 'a job cannot be posted', { cause }));
      }
    },
    async close() {
      closing = true;
      await worker.terminate();
    },
  };
  return thread;
}

function settle(job: PendingJob, outcome: PostedOutcome): void {
  if ('result' in outcome) job.resolve(outcome.result);
  else if ('code' in outcome) job.reject(new SidecarError(outcome.code, outcome.detail));
  else job.reject(new SidecarError('internal_error', undefined, { cause: outcome.fault }));
}
