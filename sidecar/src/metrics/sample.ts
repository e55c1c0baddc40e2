import type { DurationHistogram } from './duration-histogram.ts';

/** One value of a metric. */
export interface Sample {
  /** Values in the order of the metric's labels. */
  readonly labels: readonly string[];
  readonly value: number | DurationHistogram;
}

/** The only value of a metric without labels. */
export function single(value: number | DurationHistogram): readonly Sample[] {
  return [{ labels: [], value }];
}
