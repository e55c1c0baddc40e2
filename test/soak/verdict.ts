import type { LiveMemory } from './live-memory.ts';
import type { ProcessFigures } from './process-figures.ts';
import { mebibytes, type Sample } from './sample.ts';
import { grows, type Trend, trendOf } from './trend.ts';

/** One promise of the soak and whether it held. */
export interface Finding {
  readonly text: string;
  readonly isHeld: boolean;
}

/** A sidecar without clients. */
export interface RestFigures extends ProcessFigures {
  readonly memory: LiveMemory;
}

/** Before and after the load. */
export interface Rest {
  readonly before: RestFigures;
  readonly after: RestFigures;
}

/** Growth of live memory a minute that is no longer taken for caches that fill. */
const memoryMost = 2 * 2 ** 20;
/** Growth of the median latency of a call a minute, as a share of it. */
const latencyMost = 0.05;

/** Of latencies only the second half is judged: in the first one caches fill. */
export function judge(samples: readonly Sample[], { before, after }: Rest): Finding[] {
  const judged = samples.slice(Math.floor(samples.length / 2));
  const trend = (figure: (sample: Sample) => number) =>
    trendOf(judged.map((sample) => ({ atMs: sample.atMs, value: figure(sample) })));
  const memoryGrowth = ((bytesOf(after) - bytesOf(before)) / (samples.at(-1)?.atMs ?? Number.NaN)) * 60_000;
  const latency = trend(({ p50Ms }) => p50Ms);
  return [
    {
      text: `live memory without clients: ${memoryText(before)} before, ${memoryText(after)} after, ${mebibytes(memoryGrowth)} MiB a minute, at most ${mebibytes(memoryMost)}`,
      isHeld: memoryGrowth <= memoryMost,
    },
    {
      text: `median call: ${trendText(latency, (ms) => ms.toFixed(3))} ms a minute, at most ${latencyMost * 100} % of ${latency.mean.toFixed(1)} ms`,
      isHeld: !grows(latency, latencyMost * latency.mean),
    },
    {
      text: `descriptors without clients: ${before.descriptors.length} before, ${after.descriptors.length} after${leftText(before, after)}`,
      isHeld: after.descriptors.length <= before.descriptors.length,
    },
    {
      text: `threads without clients: ${before.threads} before, ${after.threads} after`,
      isHeld: after.threads <= before.threads,
    },
  ];
}

function bytesOf({ memory: { heapBytes, nativeBytes } }: RestFigures): number {
  return heapBytes + nativeBytes;
}

function memoryText({ memory: { heapBytes, nativeBytes } }: RestFigures): string {
  return `${mebibytes(heapBytes)} MiB in heaps and ${mebibytes(nativeBytes)} beside them`;
}

function trendText({ perMinute, standardError }: Trend, text: (value: number) => string): string {
  return `${perMinute < 0 ? '' : '+'}${text(perMinute)} (standard error ${text(standardError)})`;
}

/** What is open only since then. */
function leftText(before: ProcessFigures, after: ProcessFigures): string {
  const known = new Set(before.descriptors);
  const left = after.descriptors.filter((descriptor) => !known.has(descriptor));
  return left.length === 0 ? '' : `, new: ${left.join(', ')}`;
}
