import type { BenchSidecar } from './audit-sidecar.ts';
import { costBetween, costOf, type ThreadCost, threadCostOf } from './audit-threads.ts';
import type { KeyUse } from './audit-uses.ts';
import { fastest, type Load, medianSpeed, runLoad } from './load.ts';
import { median } from './statistics.ts';

/** One sidecar and what is asked of it. */
export interface Side {
  readonly sidecar: BenchSidecar;
  readonly operation: () => Promise<unknown>;
}

/** What one side did in all its rounds. */
export interface SideResult {
  /** Best round. */
  readonly opsPerSecond: number;
  readonly medianOpsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Of the sidecar's process for one operation, over all rounds, with the checkpoints over their records. */
  readonly cpuUsPerOp: ThreadCost;
}

/** One use of a key at one concurrency, with the log and without it. */
export interface AuditRow {
  readonly operation: string;
  readonly scope: KeyUse['scope'];
  readonly concurrency: number;
  readonly on: SideResult;
  readonly off: SideResult;
  /** Best round against best round. */
  readonly ratio: number;
  /** Median of the ratios of two rounds that followed each other. */
  readonly medianRatio: number;
  /** What a record costs: the difference. */
  readonly cpuUsPerRecord: ThreadCost;
}

export interface AuditContestOptions {
  readonly concurrency: number;
  readonly roundMs: number;
  readonly rounds: number;
}

interface Round {
  readonly load: Load;
  readonly cost: ThreadCost;
}

/** Both sides take turns, each round begun by the other one, so that what else the machine does meanwhile hits both. */
export async function compete(
  { name, scope }: KeyUse,
  sides: { readonly on: Side; readonly off: Side },
  { concurrency, roundMs, rounds }: AuditContestOptions,
): Promise<AuditRow> {
  const played: Record<'on' | 'off', Round[]> = { on: [], off: [] };
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const);
    for (const side of order) played[side].push(await playRound(sides[side], concurrency, roundMs));
  }
  const [on, off] = [resultOf(played.on), resultOf(played.off)];
  const ratios = played.on.map(({ load }, i) => load.opsPerSecond / (played.off[i]?.load.opsPerSecond ?? Number.NaN));
  return {
    operation: name,
    scope,
    concurrency,
    on,
    off,
    ratio: on.opsPerSecond / off.opsPerSecond,
    medianRatio: median(ratios),
    cpuUsPerRecord: costBetween(off.cpuUsPerOp, on.cpuUsPerOp),
  };
}

/** The checkpoint over the round's records belongs to what they cost, not to the other side's next round. */
async function playRound({ sidecar, operation }: Side, concurrency: number, roundMs: number): Promise<Round> {
  const before = threadCostOf(sidecar.pid);
  const load = await runLoad(operation, concurrency, roundMs);
  await sidecar.hsm.audit.checkpoint();
  return { load, cost: costBetween(before, threadCostOf(sidecar.pid)) };
}

function resultOf(rounds: readonly Round[]): SideResult {
  const loads = rounds.map(({ load }) => load);
  const operations = loads.reduce((sum, load) => sum + load.operations, 0);
  const { opsPerSecond, p50Us, p99Us } = fastest(loads);
  return {
    opsPerSecond,
    medianOpsPerSecond: medianSpeed(loads),
    p50Us,
    p99Us,
    cpuUsPerOp: costOf((part) => rounds.reduce((sum, { cost }) => sum + cost[part], 0) / operations),
  };
}
