import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.ts';
import { openSyncProbe } from './sync-probe.ts';

/** What the figures depend on besides the code. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  /** Of the last minute, before the run: what else the machine had to do. */
  readonly loadAverage: number;
  /** Median of one short write and its sync, where the sidecar's state lies. */
  readonly fdatasyncUs: number;
}

const syncs = 100;

export function describeMachine(folder: string): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    loadAverage: loadavg()[0] ?? 0,
    fdatasyncUs: measureSyncUs(join(folder, 'sync-probe')),
  };
}

/** The machine in one line. */
export function machineText({ cpu, cores, memoryBytes, system, loadAverage }: Machine): string {
  return `${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB, ${system}, load ${loadAverage.toFixed(1)}`;
}

function measureSyncUs(path: string): number {
  using probe = openSyncProbe(path);
  const timesMs = Array.from({ length: syncs }, () => {
    const startedMs = performance.now();
    probe.sync();
    return performance.now() - startedMs;
  });
  return median(timesMs) * 1000;
}
