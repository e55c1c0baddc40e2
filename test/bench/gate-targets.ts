import { type Result, type Row, ratioOf } from './contest.ts';
import { bestRatio, type GateFigures, rowOf } from './gate-cases.ts';
import { titleOf } from './operations.ts';
import { median } from './statistics.ts';
import { whole } from './table.ts';

/** One line of the gate. */
export interface Target {
  readonly what: string;
  /** Undefined where this machine lacks the peer. */
  readonly value: number | undefined;
  readonly bound: 'at least' | 'at most';
  readonly limit: number;
  /** What we want beyond what we must. */
  readonly aim?: number;
  readonly text: (value: number) => string;
}

const share = (value: number) => value.toFixed(2);
const times = (value: number) => `${value.toFixed(1)} x`;
const microseconds = (value: number) => `${value.toFixed(1)} us`;
const second = 1_000_000;

/** The lines of the table "Must reach", medians of rounds. */
export function targetsOf({ rows, fairness }: GateFigures): readonly Target[] {
  return [
    ...sharesOfPrimitive(rows),
    ...peerTargets(rows),
    ...requestTargets(rows),
    ...latencyTargets(rows),
    ...fairness.map(({ concurrency, p99Ratio }) =>
      atMost(`P-256 p99, ${concurrency} in flight, beside 4 clients with SLH-DSA: of its own`, p99Ratio, 3, times),
    ),
  ];
}

export function isReached({ value, bound, limit }: Target): boolean | undefined {
  if (value === undefined) return undefined;
  return bound === 'at least' ? value >= limit : value <= limit;
}

/** What the sidecar leaves of node:crypto in process on all cores. */
function sharesOfPrimitive(rows: readonly Row[]): readonly Target[] {
  const slow = ['ml-dsa-65', 'rsa2048', 'composite'].map((operation) => {
    const ratio = ratioOf(rowOf(rows, operation, 64), 'durable', 'in-process');
    return atLeast(`${titleOf(operation)}, durable, 64 in flight: of in process`, ratio, 0.9, share);
  });
  const large = [1, 8].map((concurrency) => {
    const ratio = ratioOf(rowOf(rows, 'aes-1m', concurrency), 'durable', 'in-process');
    return atLeast(`${titleOf('aes-1m')}, ${concurrency} in flight: of in process`, ratio, 0.3, share);
  });
  const [waiting, unwaited] = ['durable', 'buffered'].map((side) => bestRatio(rows, side, 'in-process'));
  return [
    { ...atLeast('P-256, durable, 64 or 256 in flight: of in process', waiting, 0.5, share), aim: 0.65 },
    { ...atLeast('P-256, sync not waited for, 64 or 256 in flight: of in process', unwaited, 0.7, share), aim: 0.85 },
    ...slow,
    ...large,
  ];
}

function peerTargets(rows: readonly Row[]): readonly Target[] {
  const against = (peer: string, concurrency: number, limit: number) =>
    atLeast(
      `P-256, durable, ${concurrency} in flight: against ${peer}`,
      ratioOf(rowOf(rows, 'p256', concurrency), 'durable', peer),
      limit,
      times,
    );
  return [against('p11-kit', 8, 2), against('p11-kit', 64, 2), against('ssh-agent', 64, 5), against('http', 64, 5)];
}

/** What a request costs without its key, and a signature without its primitive. */
function requestTargets(rows: readonly Row[]): readonly Target[] {
  const many = resultIn(rowOf(rows, 'no-op', 64), 'durable').serverCpuUsPerOp ?? undefined;
  const signing = resultIn(rowOf(rows, 'p256', 64), 'durable').serverCpuUsPerOp ?? undefined;
  const primitive = resultIn(rowOf(rows, 'p256', 1), 'in-process').clientCpuUsPerOp;
  const added = signing === undefined ? undefined : signing - primitive;
  return [
    atLeast('no-op, 64 in flight: for a second of server CPU', many && second / many, 100_000, whole),
    atMost('no-op, 1 in flight: p50', resultIn(rowOf(rows, 'no-op', 1), 'durable').p50Us, 40, microseconds),
    { ...atMost('P-256, durable, 64 in flight: server CPU over the primitive', added, 35, microseconds), aim: 20 },
  ];
}

/** Rounds that followed each other are compared. */
function latencyTargets(rows: readonly Row[]): readonly Target[] {
  const lone = rowOf(rows, 'p256', 1);
  const [primitive, disk, unwaited, durable] = ['in-process', 'disk', 'buffered', 'durable'].map((side) =>
    resultIn(lone, side).rounds.map(({ p50Us }) => p50Us),
  ) as [number[], number[], number[], number[]];
  const added = (p50sUs: readonly number[], without: readonly number[][]) =>
    median(p50sUs.map((p50Us, i) => without.reduce((left, taken) => left - (taken[i] ?? Number.NaN), p50Us)));
  return [
    atMost('P-256, sync not waited for, 1 in flight: added p50', added(unwaited, [primitive]), 60, microseconds),
    atMost(
      'P-256, durable, 1 in flight: added p50 beyond one sync',
      added(durable, [primitive, disk]),
      100,
      microseconds,
    ),
  ];
}

function resultIn({ operation, results }: Row, side: string): Result {
  const result = results.find((candidate) => candidate.side === side);
  if (result === undefined) throw new Error(`${operation} was not measured of ${side}`);
  return result;
}

function atLeast(what: string, value: number | undefined, limit: number, text: Target['text']): Target {
  return { what, value, bound: 'at least', limit, text };
}

function atMost(what: string, value: number | undefined, limit: number, text: Target['text']): Target {
  return { what, value, bound: 'at most', limit, text };
}
