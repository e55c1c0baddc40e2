import type { AddedLatency } from './added-latency.ts';
import type { Row } from './contest.ts';
import { type Machine, machineText } from './machine.ts';
import type { StartUp } from './start-up.ts';
import { aligned, whole } from './table.ts';

export interface Versions {
  readonly ferrohsm: string;
  readonly node: string;
  readonly openssl: string;
}

/** All figures of one run. */
export interface Report {
  readonly machine: Machine;
  readonly versions: Versions;
  readonly startUp: StartUp;
  readonly addedLatency: AddedLatency;
  readonly rows: readonly Row[];
}

const mebi = 1024 * 1024;

const headings = [
  'operation',
  'in flight',
  'in process/s',
  'sidecar/s',
  'ratio',
  'p50 us',
  'p99 us',
  'server CPU us/op',
] as const;

/** The report as text: what it was measured on, then the table; medians in parentheses. */
export function textOf({ machine, versions, startUp, addedLatency, rows }: Report): string {
  return [
    machineText(machine),
    `FerroHSM ${versions.ferrohsm}, Node ${versions.node}, OpenSSL ${versions.openssl}`,
    `write and fdatasync ${whole(machine.fdatasyncUs)} us; every answer of the sidecar waits for its record, unless it is said to be buffered`,
    `from start to first signature ${whole(startUp.firstSignatureMs)} ms, idle ${whole(startUp.idleResidentBytes / mebi)} MiB`,
    latencyLine(addedLatency),
    'best round, median in parentheses; latencies of the best round',
    '',
    ...aligned([headings, ...rows.map(cellsOf)]),
  ].join('\n');
}

function latencyLine(latency: AddedLatency): string {
  const { inProcessUs, bufferedUs, bufferedAddedUs, durableUs, durableAddedUs } = latency;
  const buffered = `buffered ${whole(bufferedUs)} us (+${whole(bufferedAddedUs)})`;
  const durable = `durable ${whole(durableUs)} us (+${whole(durableAddedUs)})`;
  return `one ECDSA P-256 signature at a time with a session key, p50: in process ${whole(inProcessUs)} us, ${buffered}, ${durable}`;
}

function cellsOf(row: Row): readonly string[] {
  return [
    row.operation,
    String(row.concurrency),
    `${whole(row.peerOpsPerSecond)} (${whole(row.peerMedianOpsPerSecond)})`,
    `${whole(row.opsPerSecond)} (${whole(row.medianOpsPerSecond)})`,
    `${row.ratio.toFixed(2)} (${row.medianRatio.toFixed(2)})`,
    whole(row.p50Us),
    whole(row.p99Us),
    row.serverCpuUsPerOp === null ? '-' : whole(row.serverCpuUsPerOp),
  ];
}
