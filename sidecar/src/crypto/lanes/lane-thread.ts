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
export class LaneThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingJob>();
  readonly #onDeath: (thread: LaneThread) => void;
  #lastId = 0;
  #closing = false;
  #fault: unknown;

  /**
   * Starts the thread.
   *
   * @param onDeath called when it ended by itself; its jobs are rejected with `internal_error` by then
   */
  constructor(entry: URL, onDeath: (thread: LaneThread) => void) {
    this.#onDeath = onDeath;
    this.#worker = new Worker(entry, {
      name: 'ferrohsm-lane',
      // Neither the flags nor the environment of the process are the thread's business.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {},
    });
    this.#worker.on('message', (outcomes: readonly PostedOutcome[]) => this.#settle(outcomes));
    this.#worker.on('error', (error) => {
      this.#fault = error;
    });
    this.#worker.on('exit', () => this.#end());
    this.#worker.unref();
  }

  /** Jobs that it has not answered yet. */
  get load(): number {
    return this.#pending.size;
  }

  post(jobs: readonly PendingJob[]): void {
    const transfer: Transferable[] = [];
    const batch = jobs.map((job) => this.#enter(job, transfer));
    try {
      this.#worker.postMessage(batch, transfer);
      this.#worker.ref();
    } catch (cause) {
      for (const { id } of batch) this.#pending.delete(id);
      for (const { reject } of jobs) reject(new SidecarError('internal_error', 'a job cannot be posted', { cause }));
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#worker.terminate();
  }

  #enter(job: PendingJob, transfer: Transferable[]): PostedJob {
    const id = ++this.#lastId;
    const copy = portableCopy(job.job);
    transfer.push(...copy.transfer);
    this.#pending.set(id, job);
    return { id, job: copy.value };
  }

  #settle(outcomes: readonly PostedOutcome[]): void {
    for (const outcome of outcomes) {
      const job = this.#pending.get(outcome.id);
      this.#pending.delete(outcome.id);
      if (job !== undefined) settle(job, outcome);
    }
    if (this.#pending.size === 0) this.#worker.unref();
  }

  #end(): void {
    const died = new SidecarError('internal_error', 'a worker thread ended', { cause: this.#fault });
    for (const { reject } of this.#pending.values()) reject(died);
    this.#pending.clear();
    if (!this.#closing) this.#onDeath(this);
  }
}

function settle(job: PendingJob, outcome: PostedOutcome): void {
  if ('result' in outcome) job.resolve(outcome.result);
  else if ('code' in outcome) job.reject(new SidecarError(outcome.code, outcome.detail));
  else job.reject(new SidecarError('internal_error', undefined, { cause: outcome.fault }));
}
