import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.ts';

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

/** As the log does it: into a file that has its size already. */
function measureSyncUs(path: string): number {
  const file = openSync(path, 'w');
  try {
    writeSync(file, Buffer.alloc(1 << 20));
    fdatasyncSync(file);
    const record = Buffer.alloc(512, 1);
    const timesMs = Array.from({ length: syncs }, (_, index) => {
      const startedMs = performance.now();
      writeSync(file, record, 0, record.length, index * record.length);
      fdatasyncSync(file);
      return performance.now() - startedMs;
    });
    return median(timesMs) * 1000;
  } finally {
    closeSync(file);
    rmSync(path);
  }
}
