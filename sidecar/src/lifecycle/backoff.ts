export interface BackoffOptions {
  /** Milliseconds after the first failure; doubled by each further one. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Patience with what fails again and again, for each subject by itself. */
export interface Backoff {
  mayTry(subject: string): boolean;
  failed(subject: string): void;
  succeeded(subject: string): void;
}

interface Waiting {
  readonly delayMs: number;
  readonly untilMs: number;
}

export function createBackoff({ firstMs, mostMs, now }: BackoffOptions): Backoff {
  const waiting = new Map<string, Waiting>();
  return {
    mayTry: (subject) => (waiting.get(subject)?.untilMs ?? 0) <= now(),
    failed(subject) {
      const delayMs = Math.min(mostMs, 2 * (waiting.get(subject)?.delayMs ?? firstMs / 2));
      waiting.set(subject, { delayMs, untilMs: now() + delayMs });
    },
    succeeded: (subject) => waiting.delete(subject),
  };
}
