import { costBetween, costOf, type ThreadCost } from './audit-threads.ts';
import { type CpuProfile, pathOf, placeText, type Span, type StackTime, stackTimes } from './cpu-profile.ts';
import { type Stage, stageOf, stages } from './profile-stages.ts';
import type { Round } from './side.ts';

/** What a sidecar has used by one moment. */
export interface Usage {
  readonly atUs: number;
  readonly threads: ThreadCost;
  /** How long the thread that answers could have run and got no core, in microseconds. */
  readonly waitedUs: number;
}

/** A stretch of load with so many in flight. */
export interface Window {
  readonly concurrency: number;
  readonly before: Usage;
  readonly after: Usage;
  readonly round: Round;
}

/** The function of the sidecar that a stage spends most in. */
export interface Costliest {
  readonly place: string;
  readonly us: number;
}

/** Where the CPU time of one operation goes, in microseconds. */
export interface OperationCosts {
  readonly concurrency: number;
  readonly operations: number;
  readonly opsPerSecond: number;
  /** Of the thread that answers. */
  readonly stages: Readonly<Record<Stage, number>>;
  /** The rest of that thread: what Node and the kernel do for none of the stages. */
  readonly nodeUs: number;
  /** Every thread of the process; `request` is the sum of the stages and the rest. */
  readonly threads: ThreadCost;
  /** The callers' process. */
  readonly clientUs: number;
  readonly costliest: Readonly<Partial<Record<Stage, Costliest>>>;
}

export function costsOf(profile: CpuProfile, { concurrency, before, after, round }: Window): OperationCosts {
  const { operations, opsPerSecond, clientCpuUsPerOp } = round;
  const spent = costBetween(before.threads, after.threads);
  const threads = costOf((part) => spent[part] / operations);
  const span = { fromUs: before.atUs, toUs: after.atUs };
  const times = stackTimes(profile, span).flatMap((time) => staged(time));
  const share = processorShare(times, span, spent.request, after.waitedUs - before.waitedUs);
  const toCost = (us: number) => (us * share) / operations;
  const stageCosts = Object.fromEntries(stages.map((stage) => [stage, toCost(sumOf(timesFor(times, stage)))]));
  return {
    concurrency,
    operations,
    opsPerSecond,
    stages: stageCosts as Record<Stage, number>,
    nodeUs: threads.request - toCost(sumOf(times)),
    threads,
    clientUs: clientCpuUsPerOp,
    costliest: Object.fromEntries(
      stages.flatMap((stage) => {
        const most = costliestOf(timesFor(times, stage));
        return most === undefined ? [] : [[stage, { ...most, us: toCost(most.us) }]];
      }),
    ),
  };
}

interface StagedTime extends StackTime {
  readonly stage: Stage;
}

function staged(time: StackTime): StagedTime[] {
  const stage = stageOf(time.stack);
  return stage === undefined ? [] : [{ ...time, stage }];
}

/**
 * A profile goes by the clock. Where a thread had to wait for a core, the functions that it was in get their share of
 * that taken off; together they never cost more than their thread.
 */
function processorShare(
  times: readonly StackTime[],
  { fromUs, toUs }: Span,
  requestUs: number,
  waitedUs: number,
): number {
  return Math.min(1 - waitedUs / (toUs - fromUs), requestUs / sumOf(times));
}

function timesFor(times: readonly StagedTime[], stage: Stage): readonly StagedTime[] {
  return times.filter((time) => time.stage === stage);
}

function costliestOf(times: readonly StackTime[]): Costliest | undefined {
  const byPlace = new Map<string, number>();
  for (const { stack, us } of times) {
    const owner = stack.find((frame) => pathOf(frame) !== '');
    if (owner !== undefined) byPlace.set(placeText(owner), (byPlace.get(placeText(owner)) ?? 0) + us);
  }
  const [most] = [...byPlace].sort(([, a], [, b]) => b - a);
  return most === undefined ? undefined : { place: most[0], us: most[1] };
}

function sumOf(times: readonly StackTime[]): number {
  return times.reduce((sum, { us }) => sum + us, 0);
}
