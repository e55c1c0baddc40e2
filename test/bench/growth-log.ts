import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLog } from '../scale/built-log.ts';
import type { AppendRound, StartFigures } from '../scale/log-starter.ts';
import { runMeasured } from '../scale/measured-process.ts';

/** A log of a size beside an empty one, in one process and in turn. */
export interface LogGrowth {
  readonly entries: number;
  readonly openMs: number;
  /** What opening it adds to the memory of the process. */
  readonly residentBytes: number;
  /** CPU time for one record at 64 in flight, best round. */
  readonly appendCpuUs: number;
  readonly emptyAppendCpuUs: number;
}

const rounds = 12;
const roundMs = 300;
const program = join(import.meta.dirname, '../scale/log-starter.ts');

export async function measureLogGrowth(entries: number): Promise<LogGrowth> {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-growth-'));
  const [log, empty] = [join(folder, 'log'), join(folder, 'empty')];
  try {
    await buildLog(log, entries);
    const { stdout } = await runMeasured([program, log, empty, String(rounds), String(roundMs)]);
    const figures = JSON.parse(stdout) as StartFigures;
    return {
      entries,
      openMs: figures.openMs,
      residentBytes: figures.residentBytes[1] - figures.residentBytes[0],
      appendCpuUs: least(figures.big),
      emptyAppendCpuUs: least(figures.empty),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function least(rounds: readonly AppendRound[]): number {
  return Math.min(...rounds.map(({ cpuUs }) => cpuUs));
}
