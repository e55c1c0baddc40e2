import { fastest, type Load, medianSpeed, runLoad } from './load.ts';
import type { Contest, Operation } from './operations.ts';

/** One operation at one concurrency: the sidecar against the peer, both in the same rounds. */
export interface Row {
  readonly operation: string;
  readonly concurrency: number;
  /** `durable`: no answer left before its record was on stable storage. */
  readonly audit: 'durable';
  /** The sidecar's best round. */
  readonly opsPerSecond: number;
  readonly medianOpsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Over all rounds; null where the system does not tell. */
  readonly serverCpuUsPerOp: number | null;
  readonly peer: string;
  readonly peerOpsPerSecond: number;
  readonly peerMedianOpsPerSecond: number;
  /** Best round against best round. */
  readonly ratio: number;
  readonly medianRatio: number;
}

export interface ContestOptions {
  readonly concurrency: number;
  readonly roundMs: number;
  readonly rounds: number;
  /** CPU time of the sidecar in microseconds. */
  readonly serverCpuUs: (() => number) | undefined;
}

/** Peer and sidecar take turns, so that what else the machine does meanwhile hits both. */
export async function compete(
  { name, peerName }: Operation,
  { peer, sidecar }: Contest,
  { concurrency, roundMs, rounds, serverCpuUs = () => Number.NaN }: ContestOptions,
): Promise<Row> {
  const peerLoads: Load[] = [];
  const loads: Load[] = [];
  let cpuUs = 0;
  for (let round = 0; round < rounds; round += 1) {
    peerLoads.push(await runLoad(peer, concurrency, roundMs));
    const before = serverCpuUs();
    loads.push(await runLoad(sidecar, concurrency, roundMs));
    cpuUs += serverCpuUs() - before;
  }
  const best = fastest(loads);
  const peerBest = fastest(peerLoads);
  const cpuUsPerOp = cpuUs / loads.reduce((sum, { operations }) => sum + operations, 0);
  return {
    operation: name,
    concurrency,
    audit: 'durable',
    opsPerSecond: best.opsPerSecond,
    medianOpsPerSecond: medianSpeed(loads),
    p50Us: best.p50Us,
    p99Us: best.p99Us,
    serverCpuUsPerOp: Number.isNaN(cpuUsPerOp) ? null : cpuUsPerOp,
    peer: peerName,
    peerOpsPerSecond: peerBest.opsPerSecond,
    peerMedianOpsPerSecond: medianSpeed(peerLoads),
    ratio: best.opsPerSecond / peerBest.opsPerSecond,
    medianRatio: medianSpeed(loads) / medianSpeed(peerLoads),
  };
}
