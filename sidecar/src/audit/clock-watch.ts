import type { AuditEntry } from './record-encoding.ts';

/** A difference between the clock of the day and the one that only runs on, above which the former was set. */
const stepMs = 2000;

export interface ClockReading {
  /** Milliseconds since 1970, never before the last record. */
  readonly timeMs: number;
  /** The record to write first, when the clock was set since the last reading. */
  readonly step: AuditEntry | undefined;
}

/** The log's time: it follows the clock of the day, never goes back, and notices when that clock is set. */
export class ClockWatch {
  readonly #now: () => number;
  #lastMs: number;
  /** What the clock of the day is ahead of the one that only runs on. */
  #offsetMs: number;

  /** @param lastMs time of the last record: a clock that is behind it was set back while the log was closed */
  constructor(now: () => number, lastMs: number) {
    this.#now = now;
    this.#lastMs = lastMs;
    this.#offsetMs = Math.max(now(), lastMs) - performance.now();
  }

  /** Milliseconds since 1970 of the last record, or later. */
  get timeMs(): number {
    return Math.max(this.#lastMs, this.#now());
  }

  read(): ClockReading {
    const nowMs = Math.floor(this.#now());
    const offsetMs = nowMs - performance.now();
    const changeMs = Math.round(offsetMs - this.#offsetMs);
    const timeMs = Math.max(this.#lastMs, nowMs);
    if (Math.abs(changeMs) <= stepMs) return { timeMs, step: undefined };
    this.#offsetMs = offsetMs;
    return {
      timeMs,
      step: { phase: 'event', operation: 'clock.step', outcome: 'ok', details: { changeMs } },
    };
  }

  /** A record of that time was made. */
  advance(timeMs: number): void {
    this.#lastMs = timeMs;
  }
}
