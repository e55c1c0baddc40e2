import { type Row, ratioOf } from './contest.ts';
import type { Fairness } from './fairness.ts';
import { type Machine, machineText } from './machine.ts';
import type { AbsentSide } from './open-sides.ts';
import { slowOperation, titleOf } from './operations.ts';
import { disk, sideTitle } from './sides.ts';
import type { StartUp } from './start-up.ts';
import { whole } from './table.ts';
import { type Versions, versionsText } from './versions.ts';

/** What a run was made on. */
export interface Setting {
  readonly machine: Machine;
  readonly versions: Versions;
  readonly roundMs: number;
  readonly rounds: number;
}

/** All figures of one run. */
export interface Report extends Setting {
  /** Sides that this machine has not got. */
  readonly absent: readonly AbsentSide[];
  /** Null where only a selection was measured. */
  readonly startUp: StartUp | null;
  readonly rows: readonly Row[];
  readonly fairness: readonly Fairness[];
}

export type Cells = readonly string[];

const mebi = 1024 * 1024;
/** What the others are compared with. */
const primitive = 'in-process';

export const rateHeadings: Cells = Object.freeze([
  'operation',
  'in flight',
  'side',
  'best/s',
  'median/s',
  'of in process',
  'p50 us',
  'p99 us',
  'p999 us',
  'client CPU us',
  'server CPU us',
]);

/** What the figures depend on besides the code. */
export function settingLines({ machine, versions, roundMs, rounds }: Setting): readonly string[] {
  return [
    machineText(machine),
    versionsText(versions),
    `write and fdatasync ${whole(machine.fdatasyncUs)} us; ${rounds} rounds of ${roundMs} ms, in turn; ratios and latencies are medians of the rounds`,
  ];
}

export function absentLines(absent: readonly AbsentSide[]): readonly string[] {
  return absent.map(({ title, lacks }) => `SKIPPED: ${title}: this machine has no ${lacks}`);
}

/** A line for each side of each row. */
export function rateCells(rows: readonly Row[]): readonly Cells[] {
  return rows.flatMap((row) =>
    row.results.map((result) => [
      titleOf(row.operation),
      String(row.concurrency),
      sideTitle(result.side),
      whole(result.opsPerSecond),
      whole(result.medianOpsPerSecond),
      shareText(row, result.side),
      whole(result.p50Us),
      whole(result.p99Us),
      whole(result.p999Us),
      result.clientCpuUsPerOp.toFixed(1),
      result.serverCpuUsPerOp?.toFixed(1) ?? '-',
    ]),
  );
}

/** The disk does something else. */
function shareText(row: Row, side: string): string {
  return side === disk ? '-' : (ratioOf(row, side, primitive)?.toFixed(2) ?? '-');
}

/** What does not fit into the table. */
export function otherLines({ startUp, fairness }: Pick<Report, 'startUp' | 'fairness'>): readonly string[] {
  const started =
    startUp === null
      ? []
      : [
          `from start to first signature ${whole(startUp.firstSignatureMs)} ms, idle ${whole(startUp.idleResidentBytes / mebi)} MiB`,
        ];
  return [...started, ...fairness.map(fairnessLine)];
}

function fairnessLine({ concurrency, alone, beside, p99Ratio }: Fairness): string {
  const figures = `p99 ${whole(beside.p99Us)} us, without them ${whole(alone.p99Us)} us: ${p99Ratio.toFixed(1)} times`;
  return `${titleOf('p256')}, ${concurrency} in flight, beside 4 clients with ${slowOperation.title}: ${figures}`;
}
