/** A straight line through points, by least squares. */
export interface Trend {
  /** Of the values. */
  readonly mean: number;
  readonly perMinute: number;
  /** Of `perMinute`: what chance alone makes of it. */
  readonly standardError: number;
}

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

const minuteMs = 60_000;

/** @throws Error for fewer than three points, through which any line goes */
export function trendOf(points: readonly Point[]): Trend {
  if (points.length < 3) throw new Error(`${points.length} points have no trend`);
  const minutes = points.map(({ atMs }) => atMs / minuteMs);
  const values = points.map(({ value }) => value);
  const [meanMinute, mean] = [meanOf(minutes), meanOf(values)];
  const spread = sumOf(minutes, (minute) => (minute - meanMinute) ** 2);
  const together = sumOf(minutes, (minute, i) => (minute - meanMinute) * ((values[i] ?? 0) - mean));
  const perMinute = together / spread;
  const rest = sumOf(minutes, (minute, i) => ((values[i] ?? 0) - mean - perMinute * (minute - meanMinute)) ** 2);
  return { mean, perMinute, standardError: Math.sqrt(rest / (points.length - 2) / spread) };
}

/** It grows by more than `most` a minute, and by more than twice what chance makes of it. */
export function grows({ perMinute, standardError }: Trend, most: number): boolean {
  return perMinute > most && perMinute > 2 * standardError;
}

function meanOf(values: readonly number[]): number {
  return sumOf(values, (value) => value) / values.length;
}

function sumOf(values: readonly number[], figure: (value: number, index: number) => number): number {
  return values.reduce((sum, value, index) => sum + figure(value, index), 0);
}
