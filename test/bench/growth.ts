import { type KeyGrowth, measureKeyGrowth } from './growth-keys.ts';
import { type LogGrowth, measureLogGrowth } from './growth-log.ts';
import { describeMachine, type Machine, machineText } from './machine.ts';
import { markdownTable } from './markdown.ts';
import type { GrowthOptions } from './options.ts';
import type { Cells } from './report.ts';
import { aligned, whole } from './table.ts';

/** What the sizes of keystore and log change. */
export interface GrowthReport {
  readonly machine: Machine;
  readonly keys: readonly KeyGrowth[];
  readonly logs: readonly LogGrowth[];
  /** Sizes that the time did not suffice for. */
  readonly skipped: readonly string[];
}

const mebi = 2 ** 20;
const keyHeadings = [
  'keys',
  'filled in s',
  'start to first signature ms',
  'idle MiB',
  'P-256 sign/s, 64 in flight',
  'server CPU us',
];
const logHeadings = ['log entries', 'open ms', 'more memory MiB', 'append CPU us', 'of an empty log'];

/** Sizes in turn, from the smallest; none is begun that would end after the minutes, as far as the last one tells. */
export async function measureGrowth({ keys, entries, minutes }: GrowthOptions, root: string): Promise<GrowthReport> {
  const machine = describeMachine(root);
  const endMs = performance.now() + minutes * 60_000;
  const skipped: string[] = [];

  async function each<R>(what: string, sizes: readonly number[], measure: (size: number) => Promise<R>): Promise<R[]> {
    const measured: R[] = [];
    let msPerUnit = 0;
    for (const size of sizes.toSorted((a, b) => a - b)) {
      const startedMs = performance.now();
      if (startedMs + size * msPerUnit > endMs) {
        skipped.push(`${whole(size)} ${what}: more than ${minutes} minutes (--growth-minutes)`);
        continue;
      }
      measured.push(await measure(size));
      msPerUnit = (performance.now() - startedMs) / Math.max(1, size);
    }
    return measured;
  }

  const grownKeys = await each('keys', keys, measureKeyGrowth);
  return { machine, keys: grownKeys, logs: await each('log entries', entries, measureLogGrowth), skipped };
}

export function growthText({ machine, keys, logs, skipped }: GrowthReport): string {
  return [
    machineText(machine),
    ...skipped.map((what) => `SKIPPED: ${what}`),
    '',
    ...aligned([keyHeadings, ...keys.map(keyCells)]),
    '',
    ...aligned([logHeadings, ...logs.map(logCells)]),
  ].join('\n');
}

export function growthMarkdown({ machine, keys, logs, skipped }: GrowthReport): string {
  return [
    `- ${machineText(machine)}`,
    ...skipped.map((what) => `- SKIPPED: ${what}`),
    '',
    ...markdownTable(keyHeadings, keys.map(keyCells)),
    '',
    ...markdownTable(logHeadings, logs.map(logCells)),
  ].join('\n');
}

function keyCells(growth: KeyGrowth): Cells {
  return [
    whole(growth.keys),
    whole(growth.fillSeconds),
    whole(growth.firstSignatureMs),
    whole(growth.idleResidentBytes / mebi),
    whole(growth.signatures.medianOpsPerSecond),
    growth.signatures.serverCpuUsPerOp?.toFixed(1) ?? '-',
  ];
}

function logCells(growth: LogGrowth): Cells {
  return [
    whole(growth.entries),
    whole(growth.openMs),
    whole(growth.residentBytes / mebi),
    growth.appendCpuUs.toFixed(1),
    (growth.appendCpuUs / growth.emptyAppendCpuUs).toFixed(2),
  ];
}
