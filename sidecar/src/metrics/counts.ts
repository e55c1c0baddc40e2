import type { Sample } from './sample.ts';

/** Separates values of labels, in which it never stands. */
const separator = '\0';

/** Counts what happens seldom, by labels whose values are of small closed sets. */
export class Counts {
  readonly #counts = new Map<string, number>();

  /** @param labels values in the order of the metric's labels */
  add(...labels: readonly string[]): void {
    const key = labels.join(separator);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  samples(): Sample[] {
    return [...this.#counts].map(([key, value]) => ({ labels: key.split(separator), value }));
  }
}
