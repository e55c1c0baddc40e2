export interface RoundsOptions {
  /** One round; never run twice at once. */
  readonly round: () => Promise<void>;
  /** From the end of one round to the start of the next, in milliseconds. */
  readonly intervalMs: number;
  /** Hears of a round that failed; the next one comes all the same. */
  readonly onError: (error: unknown) => void;
}

export interface Rounds {
  /** A round that begins now, or right after the one that is under way; resolves when it has ended. */
  now(): Promise<void>;
  /** No further round; resolves when the one that is under way has ended. */
  close(): Promise<void>;
}

/** Does something again and again for as long as the process runs; it does not keep the process alive. */
export function startRounds({ round, intervalMs, onError }: RoundsOptions): Rounds {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();

  function schedule(): void {
    if (isClosed) return;
    clearTimeout(timer);
    timer = setTimeout(() => void run(), intervalMs);
    timer.unref();
  }

  function run(): Promise<void> {
    last = last.then(async () => {
      if (isClosed) return;
      await round().catch(onError);
      schedule();
    });
    return last;
  }

  schedule();
  return {
    now: run,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await last;
    },
  };
}
