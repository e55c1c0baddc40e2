import { type Row, ratioOf } from './contest.ts';
import { type Fairness, measureFairness } from './fairness.ts';
import { OpenSides } from './open-sides.ts';
import { measureRates, type RateOptions } from './rates.ts';

/** What the gate measures: rows by operation and concurrency, and the two halves of fairness. */
export interface GateFigures {
  readonly rows: readonly Row[];
  readonly fairness: readonly Fairness[];
}

interface GateCase {
  readonly operations: readonly string[];
  readonly concurrencies: readonly number[];
  readonly sides: readonly string[];
}

/** The cases behind the lines of the gate, and no others. */
const cases: readonly GateCase[] = Object.freeze([
  { operations: ['no-op'], concurrencies: [1, 64], sides: ['durable'] },
  { operations: ['p256'], concurrencies: [1, 256], sides: ['in-process', 'disk', 'durable', 'buffered'] },
  { operations: ['p256'], concurrencies: [8], sides: ['durable', 'p11-kit'] },
  {
    operations: ['p256'],
    concurrencies: [64],
    sides: ['in-process', 'durable', 'buffered', 'p11-kit', 'ssh-agent', 'http'],
  },
  { operations: ['rsa2048', 'ml-dsa-65', 'composite'], concurrencies: [64], sides: ['in-process', 'durable'] },
  { operations: ['aes-1m'], concurrencies: [1, 8], sides: ['in-process', 'durable'] },
]);

export const fairnessConcurrencies: readonly number[] = Object.freeze([1, 64]);

/** A quantile of 1 % wants longer rounds than a mean. */
const fairnessRounds = 2;

type Pace = Pick<RateOptions, 'roundMs' | 'rounds' | 'onRow'>;

/** @returns the figures and the sides that took part */
export async function measureGate(pace: Pace): Promise<GateFigures & Pick<OpenSides, 'absent' | 'kinds'>> {
  await using sides = new OpenSides([...new Set(cases.flatMap((it) => it.sides))]);
  const rows: Row[] = [];
  for (const it of cases) rows.push(...(await measureRates(sides, { ...pace, ...it })));
  const fairness: Fairness[] = [];
  const side = await sides.open('durable');
  for (const concurrency of fairnessConcurrencies) {
    const { roundMs, rounds } = pace;
    fairness.push(await measureFairness(side, { concurrency, roundMs: fairnessRounds * roundMs, rounds }));
  }
  return { rows, fairness, absent: sides.absent, kinds: sides.kinds };
}

/** A row of the gate. */
export function rowOf(rows: readonly Row[], operation: string, concurrency: number): Row {
  const row = rows.find((candidate) => candidate.operation === operation && candidate.concurrency === concurrency);
  if (row === undefined) throw new Error(`${operation} was not measured with ${concurrency} in flight`);
  return row;
}

/** The greater of the two figures that count as "64 in flight or more". */
export function bestRatio(rows: readonly Row[], side: string, other: string): number | undefined {
  const ratios = [64, 256].flatMap((concurrency) => ratioOf(rowOf(rows, 'p256', concurrency), side, other) ?? []);
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}
