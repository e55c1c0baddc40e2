import type { FerroHsm } from '@ferrohsm/sdk/node';
import { percentiles } from '../bench/statistics.ts';
import { aligned, whole } from '../bench/table.ts';
import { type ProcessFigures, processFigures } from './process-figures.ts';

/** What the sidecar was like in one interval, seen from outside. */
export interface Sample extends ProcessFigures {
  /** Since the load began. */
  readonly atMs: number;
  /** Operations of all clients in the interval. */
  readonly operations: number;
  /** Of `session.whoami`, which waits for the event loop and the disk but for no key. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One caller with one call at a time, for so long: latencies in milliseconds. */
export async function callLatencies(hsm: FerroHsm, durationMs: number): Promise<number[]> {
  const latenciesMs: number[] = [];
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs) {
    const startedMs = performance.now();
    await hsm.session.whoami();
    latenciesMs.push(performance.now() - startedMs);
  }
  return latenciesMs;
}

export function sampleOf(
  pid: number,
  latenciesMs: readonly number[],
  { atMs, operations }: Pick<Sample, 'atMs' | 'operations'>,
): Sample {
  const [p50Ms = Number.NaN, p99Ms = Number.NaN] = percentiles(latenciesMs, [50, 99]);
  return { atMs, operations, p50Ms, p99Ms, ...processFigures(pid) };
}

const titles = ['   time s', 'RSS MiB', 'call p50 ms', 'call p99 ms', 'descriptors', 'threads', 'operations'];

/** Lines of the same widths, so that they can be printed one by one. */
export function sampleLine(sample: Sample): string {
  const { atMs, residentBytes, p50Ms, p99Ms, descriptors, threads, operations } = sample;
  const figures = [whole(atMs / 1000), mebibytes(residentBytes), p50Ms.toFixed(1), p99Ms.toFixed(1)];
  const cells = [...figures, ...[descriptors.length, threads, operations].map(whole)];
  return aligned([titles, cells])[1] as string;
}

export const titleLine: string = aligned([titles])[0] as string;

export function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
