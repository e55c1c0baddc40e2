export interface CheckpointScheduleOptions {
  /** Publishes a checkpoint over everything that is durable at the call, and answers the note. */
  readonly publish: () => Promise<string>;
  /** Time between checkpoints while leaves arrive and nobody asks. */
  readonly intervalMs: number;
  /** Least time between two checkpoints, whoever asks. */
  readonly spacingMs: number;
}

/** When checkpoints are made: one at a time, shared by all who asked before it began. */
export class CheckpointSchedule {
  readonly #options: CheckpointScheduleOptions;
  #running: Promise<string> | undefined;
  #next: Promise<string> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #startedMs = Number.NEGATIVE_INFINITY;
  #isStopped = false;

  constructor(options: CheckpointScheduleOptions) {
    this.#options = options;
  }

  /** A checkpoint that begins after this call. */
  request(): Promise<string> {
    this.#next ??= this.#run(this.#running);
    return this.#next;
  }

  /** Makes a checkpoint due; whoever publishes reports a failure. */
  leavesArrived(): void {
    if (this.#isStopped || this.#timer !== undefined || this.#next !== undefined) return;
    const delayMs = Math.max(0, this.#startedMs + this.#options.intervalMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.request().catch(() => undefined);
    }, delayMs);
    this.#timer.unref();
  }

  /** No more checkpoints by time; resolves when none is being made. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#disarm();
    await this.#running?.catch(() => undefined);
    await this.#next?.catch(() => undefined);
  }

  async #run(previous: Promise<string> | undefined): Promise<string> {
    await previous?.catch(() => undefined);
    await pause(this.#startedMs + this.#options.spacingMs - performance.now());
    this.#running = this.#next;
    this.#next = undefined;
    this.#disarm();
    this.#startedMs = performance.now();
    return this.#options.publish();
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

async function pause(durationMs: number): Promise<void> {
  if (durationMs > 0) await new Promise((resolve) => setTimeout(resolve, durationMs));
}
