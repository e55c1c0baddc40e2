import type { Beat } from '../pulse.ts';

/** A figure that is followed over time. */
export interface Gauge {
  readonly name: string;
  readonly values: readonly number[];
  readonly text: (value: number) => string;
}

/** What the answers to the question for the status tell: one value for each. */
export function gaugesOf(beats: readonly Beat[]): Gauge[] {
  return [
    { name: 'records a second', values: logRates(beats), text: (rate) => rate.toFixed(rate < 10 ? 1 : 0) },
    { name: 'sessions', values: beats.map(({ status }) => status.sessions), text: String },
    { name: 'keys', values: beats.flatMap(({ status }) => status.keys ?? []), text: String },
    {
      name: 'memory',
      values: beats.map(({ status }) => status.residentBytes),
      text: (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`,
    },
    { name: 'answer', values: beats.map(({ answeredMs }) => answeredMs), text: (ms) => `${ms.toFixed(1)} ms` },
  ];
}

function logRates(beats: readonly Beat[]): number[] {
  return beats.slice(1).flatMap((beat, index) => {
    const before = beats[index];
    const [size, sizeBefore] = [beat.status.log?.size, before?.status.log?.size];
    if (before === undefined || size === undefined || sizeBefore === undefined) return [];
    const seconds = Math.max((beat.time - before.time) / 1000, 0.001);
    // A sidecar that was restored from a backup has a shorter log.
    return Math.max(0, size - sizeBefore) / seconds;
  });
}
