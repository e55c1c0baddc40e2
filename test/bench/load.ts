import { median, percentile } from './statistics.ts';

/** What one side did in one window. */
export interface Load {
  readonly operations: number;
  readonly opsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
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
  const elapsedMs = performance.now() - startedMs;
  return {
    operations: latenciesMs.length,
    opsPerSecond: (latenciesMs.length * 1000) / elapsedMs,
    p50Us: percentile(latenciesMs, 50) * 1000,
    p99Us: percentile(latenciesMs, 99) * 1000,
  };
}

export function fastest(loads: readonly Load[]): Load {
  return loads.reduce((best, load) => (load.opsPerSecond > best.opsPerSecond ? load : best));
}

export function medianSpeed(loads: readonly Load[]): number {
  return median(loads.map(({ opsPerSecond }) => opsPerSecond));
}
