import { median, percentiles } from './statistics.ts';

/** What one side did in one window. */
export interface Load {
  readonly operations: number;
  readonly opsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

/** A closed loop: each of `concurrency` callers starts its next operation when the last one has answered. */
export async function runLoad(operation: () => unknown, concurrency: number, durationMs: number): Promise<Load> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  const endMs = startedMs + durationMs;

  async function caller(): Promise<void> {
    let beforeMs = performance.now();
    while (beforeMs < endMs) {
      await operation();
      const afterMs = performance.now();
      latenciesMs.push(afterMs - beforeMs);
      beforeMs = afterMs;
    }
  }

  await Promise.all(Array.from({ length: concurrency }, caller));
  return loadOf(latenciesMs, performance.now() - startedMs);
}

function loadOf(latenciesMs: readonly number[], elapsedMs: number): Load {
  const [p50, p99, p999] = percentiles(latenciesMs, [50, 99, 99.9]).map((ms) => ms * 1000) as [number, number, number];
  return {
    operations: latenciesMs.length,
    opsPerSecond: (latenciesMs.length * 1000) / elapsedMs,
    p50Us: p50,
    p99Us: p99,
    p999Us: p999,
  };
}

export function fastest<L extends Load>(loads: readonly L[]): L {
  return loads.reduce((best, load) => (load.opsPerSecond > best.opsPerSecond ? load : best));
}

export function medianSpeed(loads: readonly Load[]): number {
  return median(loads.map(({ opsPerSecond }) => opsPerSecond));
}
