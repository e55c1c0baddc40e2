import { type ContestOptions, compete, type Row } from './contest.ts';
import type { OpenSides } from './open-sides.ts';
import type { Side } from './side.ts';

export interface RateOptions extends Pick<ContestOptions, 'roundMs' | 'rounds'> {
  /** Ids of sides, of those that are open; all of them unless told. */
  readonly sides?: readonly string[];
  /** Ids of operations. */
  readonly operations: readonly string[];
  readonly concurrencies: readonly number[];
  /** Hears of each row when it is there. */
  readonly onRow?: (row: Row) => void;
}

/**
 * What a side gets before its rounds count, in rounds, with as many in flight as it will ever have: compiling, starting
 * threads, the first decision of the policy.
 */
const warmUpRounds = 6;

/** Every operation at every concurrency. */
export async function measureRates(sides: OpenSides, options: RateOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const operation of options.operations) {
    await warmUp(sides, operation, options);
    for (const concurrency of options.concurrencies) {
      const contestants = await sides.contestants(operation, concurrency, options.sides);
      if (contestants.size === 0) continue;
      for (const side of contestants.values()) await side.run(operation, concurrency, options.roundMs);
      const row = await compete(contestants, { ...options, operation, concurrency });
      options.onRow?.(row);
      rows.push(row);
    }
  }
  return rows;
}

/** From the greatest number in flight down: some sides take fewer. */
async function warmUp(sides: OpenSides, operation: string, options: RateOptions): Promise<void> {
  const warm = new Set<Side>();
  for (const concurrency of options.concurrencies.toSorted((a, b) => b - a)) {
    for (const side of (await sides.contestants(operation, concurrency, options.sides)).values()) {
      if (warm.has(side)) continue;
      warm.add(side);
      await side.prepare(operation);
      await side.run(operation, concurrency, warmUpRounds * options.roundMs);
    }
  }
}
