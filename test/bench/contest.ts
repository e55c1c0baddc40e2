import { fastest, medianSpeed } from './load.ts';
import type { Round, Side } from './side.ts';
import { median } from './statistics.ts';

/** What one side did with one operation at one concurrency. */
export interface Result {
  readonly side: string;
  /** Best round. */
  readonly opsPerSecond: number;
  readonly medianOpsPerSecond: number;
  /** Medians of the rounds. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  /** Over all rounds. */
  readonly clientCpuUsPerOp: number;
  readonly serverCpuUsPerOp: number | null;
  /** In the order in which they were played: a round of one side belongs to the same round of the others. */
  readonly rounds: readonly Round[];
}

/** One operation at one concurrency, all sides in the same rounds. */
export interface Row {
  readonly operation: string;
  readonly concurrency: number;
  readonly results: readonly Result[];
}

export interface ContestOptions {
  readonly operation: string;
  readonly concurrency: number;
  readonly roundMs: number;
  readonly rounds: number;
}

/** All sides take turns, each round begun by another one, so that what else the machine does meanwhile hits all. */
export async function compete(sides: ReadonlyMap<string, Side>, options: ContestOptions): Promise<Row> {
  const { operation, concurrency, roundMs, rounds } = options;
  const played = new Map<string, Round[]>([...sides.keys()].map((id) => [id, []]));
  const order = [...sides];
  for (let round = 0; round < rounds; round += 1) {
    for (const [id, side] of order) played.get(id)?.push(await side.run(operation, concurrency, roundMs));
    order.push(...order.splice(0, 1));
  }
  return { operation, concurrency, results: [...played].map(([side, rounds]) => resultOf(side, rounds)) };
}

export function resultOf(side: string, rounds: readonly Round[]): Result {
  const ofRounds = (figure: 'p50Us' | 'p99Us' | 'p999Us') => median(rounds.map((round) => round[figure]));
  const isTold = rounds.every(({ serverCpuUsPerOp }) => serverCpuUsPerOp !== null);
  return {
    side,
    opsPerSecond: fastest(rounds).opsPerSecond,
    medianOpsPerSecond: medianSpeed(rounds),
    p50Us: ofRounds('p50Us'),
    p99Us: ofRounds('p99Us'),
    p999Us: ofRounds('p999Us'),
    clientCpuUsPerOp: perOperation(rounds, ({ clientCpuUsPerOp }) => clientCpuUsPerOp),
    serverCpuUsPerOp: isTold ? perOperation(rounds, ({ serverCpuUsPerOp }) => serverCpuUsPerOp ?? 0) : null,
    rounds,
  };
}

/** Median of the ratios of rounds that followed each other; undefined when one of the sides did not take part. */
export function ratioOf({ results }: Row, side: string, other: string): number | undefined {
  const [played, against] = [side, other].map((id) => results.find((result) => result.side === id)?.rounds);
  if (played === undefined || against === undefined) return undefined;
  return median(played.map(({ opsPerSecond }, i) => opsPerSecond / (against[i]?.opsPerSecond ?? Number.NaN)));
}

/** Rounds count by what was done in them. */
function perOperation(rounds: readonly Round[], figure: (round: Round) => number): number {
  const operations = rounds.reduce((sum, round) => sum + round.operations, 0);
  return rounds.reduce((sum, round) => sum + figure(round) * round.operations, 0) / operations;
}
