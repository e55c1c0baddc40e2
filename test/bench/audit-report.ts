import type { AuditRow } from './audit-contest.ts';
import type { RecordCost } from './audit-record-cost.ts';
import { costText, totalOf } from './audit-threads.ts';
import { keyUses } from './audit-uses.ts';
import { type Machine, machineText } from './machine.ts';
import { aligned, whole } from './table.ts';

/** All figures of one run. */
export interface AuditReport {
  readonly machine: Machine;
  readonly node: string;
  readonly recordCost: RecordCost;
  readonly rows: readonly AuditRow[];
}

/** A bound with what it was measured against. */
interface Bound {
  readonly what: string;
  readonly value: number;
  readonly most: number;
  readonly text: (value: number) => string;
}

/** Where the bounds hold. */
const boundConcurrency = 64;
/** Microseconds for one record: on the thread that answers requests, and on all threads. */
const requestUsMax = 10;
const totalUsMax = 25;

const headings = ['operation', 'key', 'in flight', 'off/s', 'on/s', 'on/off', 'off p50 us', 'on p50 us', 'on p99 us'];

export function auditText(report: AuditReport): string {
  const { machine, node, recordCost, rows } = report;
  return [
    `${machineText(machine)}, Node ${node}, write and fdatasync ${whole(machine.fdatasyncUs)} us`,
    'best round, median in parentheses; latencies of the best round',
    '',
    ...aligned([headings, ...rows.map(cellsOf)]),
    '',
    'CPU of the sidecar for one record, us: with the log less without it',
    ...rows.map((row) => `  ${labelOf(row)}: ${costText(row.cpuUsPerRecord)}`),
    '',
    'CPU for one record in a process without sockets, us',
    `  fields ${recordCost.fieldsUs.toFixed(1)}, encoding ${recordCost.encodingUs.toFixed(1)}, hashing ${recordCost.hashingUs.toFixed(1)}`,
    `  append at ${boundConcurrency} in flight, with encoding: ${costText(recordCost.appendUs)}; ${whole(recordCost.appendsPerSecond)}/s`,
    '',
    'audit on against off: at most 15 % of throughput for ML-DSA-65 at 64 in flight, at most 30 % for P-256',
    ...boundsOf(report).map(boundText),
  ].join('\n');
}

function boundsOf({ rows, recordCost }: AuditReport): Bound[] {
  const bound = rows.filter(({ concurrency }) => concurrency === boundConcurrency);
  const requestUs = recordCost.fieldsUs + recordCost.appendUs.request;
  const totalUs = recordCost.fieldsUs + totalOf(recordCost.appendUs);
  return [
    ...bound.map((row) => ({
      what: `${labelOf(row)}: throughput taken`,
      value: 1 - row.medianRatio,
      most: keyUses.find(({ name }) => name === row.operation)?.shareMax ?? 0,
      text: percent,
    })),
    ...bound.flatMap((row) => [
      cpuBound(`${labelOf(row)}: request thread for one record`, row.cpuUsPerRecord.request, requestUsMax),
      cpuBound(`${labelOf(row)}: all threads for one record`, totalOf(row.cpuUsPerRecord), totalUsMax),
    ]),
    cpuBound('without sockets: request thread for one record', requestUs, requestUsMax),
    cpuBound('without sockets: all threads for one record', totalUs, totalUsMax),
  ];
}

function cpuBound(what: string, value: number, most: number): Bound {
  return { what, value, most, text: (us) => `${us.toFixed(1)} us` };
}

function boundText({ what, value, most, text }: Bound): string {
  return `  ${value <= most ? 'holds ' : 'BROKEN'}  ${what}: ${text(value)}, at most ${text(most)}`;
}

function labelOf({ operation, scope, concurrency }: AuditRow): string {
  return `${operation}, ${scope} key, ${concurrency} in flight`;
}

function cellsOf({ operation, scope, concurrency, on, off, ratio, medianRatio }: AuditRow): readonly string[] {
  return [
    operation,
    scope,
    String(concurrency),
    `${whole(off.opsPerSecond)} (${whole(off.medianOpsPerSecond)})`,
    `${whole(on.opsPerSecond)} (${whole(on.medianOpsPerSecond)})`,
    `${ratio.toFixed(2)} (${medianRatio.toFixed(2)})`,
    whole(off.p50Us),
    whole(on.p50Us),
    whole(on.p99Us),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
