export interface QuorumWatchOptions {
  /** How long checkpoints may wait without any of them reaching the quorum. */
  readonly graceMs: number;
  readonly onMissing: () => void;
  readonly onReached: () => void;
}

/** Tells once that the quorum is missing, and once that it is back; time counts only while a checkpoint waits. */
export class QuorumWatch {
  readonly #options: QuorumWatchOptions;
  /** Stays when its time has come, until the quorum is reached. */
  #timer: NodeJS.Timeout | undefined;
  #state: 'unknown' | 'missing' | 'reached' = 'unknown';

  constructor(options: QuorumWatchOptions) {
    this.#options = options;
  }

  /** Whether the last checkpoint that could have had the quorum has it; false until the first one has. */
  get hasQuorum(): boolean {
    return this.#state === 'reached';
  }

  /** A checkpoint begins to wait, or waits already. */
  waiting(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#state = 'missing';
      this.#options.onMissing();
    }, this.#options.graceMs);
    this.#timer.unref();
  }

  reached(): void {
    this.stop();
    const wasMissing = this.#state === 'missing';
    this.#state = 'reached';
    if (wasMissing) this.#options.onReached();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
