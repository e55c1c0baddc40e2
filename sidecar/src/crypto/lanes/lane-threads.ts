import type { FairQueue } from '../../fair-queue.ts';
import { LaneThread, type PendingJob } from './lane-thread.ts';

/** One that a thread works on, and the next. */
const messagesAhead = 2;

/**
 * How much work threads are given ahead, in the measure of their lane. At most half of it goes as one message, which is
 * answered together: while a thread works on one, the next is there already. What comes meanwhile waits, and goes
 * together: each answer costs this thread a turn, a record and a write.
 */
export interface LaneThreadLimits {
  /** Threads, at least 1. */
  readonly threads: number;
  /** Work that a thread has before it: what it has goes before whoever comes. */
  readonly perThread: number;
  /** Jobs that a thread has before it, however small they are. */
  readonly jobsPerThread: number;
}

/** What a thread is given now. */
interface Share {
  readonly thread: LaneThread;
  /** With what it has already. */
  load: number;
  readonly jobs: PendingJob[];
}

/** The threads of a lane. They start when there is work and are replaced when they end. */
export class LaneThreads {
  readonly #limits: LaneThreadLimits;
  readonly #entry: URL;
  readonly #threads = new Set<LaneThread>();
  readonly #onRoom: () => void;

  /** @param onRoom called when a thread may have room for more */
  constructor(limits: LaneThreadLimits, entry: URL, onRoom: () => void) {
    this.#limits = limits;
    this.#entry = entry;
    this.#onRoom = onRoom;
  }

  /** Gives each job to the thread that has the least, until all have enough or nothing waits. */
  deal(waiting: FairQueue<PendingJob>): void {
    this.#start(waiting.size);
    const shares = [...this.#threads].map((thread): Share => ({ thread, load: thread.load, jobs: [] }));
    for (let share = this.#idlest(shares); share !== undefined; share = this.#idlest(shares)) {
      const job = waiting.take();
      if (job === undefined) break;
      share.jobs.push(job);
      share.load += job.cost;
    }
    for (const { thread, jobs } of shares) {
      for (const message of messagesOf(jobs, this.#limits)) thread.post(message);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  /** Of those that have room. */
  #idlest(shares: readonly Share[]): Share | undefined {
    return shares.filter((share) => this.#hasRoom(share)).toSorted((one, other) => one.load - other.load)[0];
  }

  #hasRoom({ thread, load, jobs }: Share): boolean {
    const { perThread, jobsPerThread } = this.#limits;
    return thread.messages < messagesAhead && load < perThread && thread.jobs + jobs.length < jobsPerThread;
  }

  #start(jobs: number): void {
    const posted = [...this.#threads].reduce((sum, thread) => sum + thread.jobs, 0);
    while (this.#threads.size < Math.min(this.#limits.threads, posted + jobs)) {
      this.#threads.add(
        new LaneThread(this.#entry, { onSettled: this.#onRoom, onDeath: (thread) => this.#lose(thread) }),
      );
    }
  }

  #lose(thread: LaneThread): void {
    this.#threads.delete(thread);
    this.#onRoom();
  }
}

/** A single job may be more than half. */
function messagesOf(jobs: readonly PendingJob[], { perThread, jobsPerThread }: LaneThreadLimits): PendingJob[][] {
  const messages: PendingJob[][] = [];
  let message: PendingJob[] = [];
  let load = 0;
  for (const job of jobs) {
    if (message.length === 0) messages.push(message);
    message.push(job);
    load += job.cost;
    if (load < perThread / 2 && message.length < jobsPerThread / 2) continue;
    message = [];
    load = 0;
  }
  return messages;
}
