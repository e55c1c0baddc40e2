import type { FerroHsmError } from '@ferrohsm/sdk/node';

/** What could not be wrapped anew. */
export interface RewrapFailure {
  /** Line of a file, or path of an envelope. */
  readonly at: string;
  readonly code: FerroHsmError['code'];
  readonly reason: string;
}

/** What a job has done so far; JSON, so that it outlives an interruption. */
export interface RewrapCounts {
  readonly rewrapped: number;
  /** Wrapped under the newest version already. */
  readonly current: number;
  readonly failed: number;
  /** The first of what failed. */
  readonly failures: readonly RewrapFailure[];
  /** The oldest version that something is wrapped under now, by named key. */
  readonly oldest: Readonly<Record<string, number>>;
}

/** Failures beyond are counted and told of, but not kept. */
const keptFailures = 1000;

const nothingYet: RewrapCounts = { rewrapped: 0, current: 0, failed: 0, failures: [], oldest: {} };

/** Counts what becomes of data keys. */
export class RewrapTally {
  readonly #counts: { rewrapped: number; current: number; failed: number };
  readonly #failures: RewrapFailure[];
  readonly #oldest: Map<string, number>;
  readonly #newest = new Map<string, number>();

  /** @param before what an earlier part of the job has done */
  constructor({ rewrapped, current, failed, failures, oldest }: RewrapCounts = nothingYet) {
    this.#counts = { rewrapped, current, failed };
    this.#failures = [...failures];
    this.#oldest = new Map(Object.entries(oldest));
  }

  get counts(): RewrapCounts {
    return { ...this.#counts, failures: this.#failures, oldest: Object.fromEntries(this.#oldest) };
  }

  /** A data key is wrapped under that version of its named key, newly or already. */
  note(name: string, { outcome, version }: { outcome: 'rewrapped' | 'current'; version: number }): void {
    this.#counts[outcome] += 1;
    this.#oldest.set(name, Math.min(version, this.#oldest.get(name) ?? version));
    this.#newest.set(name, Math.max(version, this.#newest.get(name) ?? 0));
  }

  fail(at: string, { code, message }: Pick<FerroHsmError, 'code' | 'message'>): void {
    this.#counts.failed += 1;
    if (this.#failures.length < keptFailures) this.#failures.push({ at, code, reason: message });
  }

  /** Named keys that were rotated while the job went on: some data keys are wrapped under what is now an older version. */
  get outrun(): string[] {
    return [...this.#newest]
      .filter(([name, newest]) => (this.#oldest.get(name) ?? newest) < newest)
      .map(([name]) => name);
  }
}
