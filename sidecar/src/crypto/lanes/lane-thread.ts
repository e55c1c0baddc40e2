import { type Transferable, Worker } from 'node:worker_threads';
import { SidecarError } from '../../errors.ts';
import type { Job, JobResult } from './job.ts';
import { portableCopy } from './portable.ts';
import type { PostedJob, PostedOutcome } from './worker-messages.ts';

/** A job and its caller. */
export interface PendingJob {
  readonly job: Job;
  /** How much of a thread it takes, in the measure of its lane. */
  readonly cost: number;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface LaneThreadEvents {
  /** Jobs were resolved or rejected: it has less to do. */
  readonly onSettled: () => void;
  /** It ended by itself; its jobs are rejected with `internal_error` by then. */
  readonly onDeath: (thread: LaneThread) => void;
}

/** One worker thread. It keeps the process alive only while it has work. */
export class LaneThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingJob>();
  readonly #events: LaneThreadEvents;
  #lastId = 0;
  #messages = 0;
  #load = 0;
  #closing = false;
  #fault: unknown;

  /** Starts the thread. */
  constructor(entry: URL, events: LaneThreadEvents) {
    this.#events = events;
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
  get jobs(): number {
    return this.#pending.size;
  }

  /** Messages that it has not answered yet. */
  get messages(): number {
    return this.#messages;
  }

  /** Cost of the jobs that it has not answered yet. */
  get load(): number {
    return this.#load;
  }

  /** As one message, which is answered by one. */
  post(jobs: readonly PendingJob[]): void {
    const transfer: Transferable[] = [];
    const message = jobs.map((job) => this.#enter(job, transfer));
    try {
      this.#worker.postMessage(message, transfer);
      this.#messages += 1;
      this.#worker.ref();
    } catch (cause) {
      const refusal = new SidecarError('internal_error', 'a job cannot be posted', { cause });
      for (const { id } of message) this.#leave(id)?.reject(refusal);
      this.#events.onSettled();
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
    this.#load += job.cost;
    return { id, job: copy.value };
  }

  #leave(id: number): PendingJob | undefined {
    const job = this.#pending.get(id);
    this.#pending.delete(id);
    this.#load = this.#pending.size === 0 ? 0 : this.#load - (job?.cost ?? 0);
    return job;
  }

  #settle(outcomes: readonly PostedOutcome[]): void {
    this.#messages -= 1;
    for (const outcome of outcomes) {
      const job = this.#leave(outcome.id);
      if (job !== undefined) settle(job, outcome);
    }
    if (this.#pending.size === 0) this.#worker.unref();
    this.#events.onSettled();
  }

  #end(): void {
    const died = new SidecarError('internal_error', 'a worker thread ended', { cause: this.#fault });
    for (const id of [...this.#pending.keys()]) this.#leave(id)?.reject(died);
    if (!this.#closing) this.#events.onDeath(this);
  }
}

function settle(job: PendingJob, outcome: PostedOutcome): void {
  if ('result' in outcome) job.resolve(outcome.result);
  else if ('code' in outcome) job.reject(new SidecarError(outcome.code, outcome.detail));
  else job.reject(new SidecarError('internal_error', undefined, { cause: outcome.fault }));
}
