import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Also the large bodies, which take longer than the rest together. */
  readonly withLargeBodies: boolean;
  /** Milliseconds that each side gets in a round. */
  readonly roundMs: number;
  /** Rounds of peer and sidecar in turn. */
  readonly rounds: number;
  /** Where the figures go besides the terminal. */
  readonly json: string | undefined;
}

/** `--quick` takes about 20 seconds, the default about 90. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      'round-ms': { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const roundMs = Number(values['round-ms'] ?? (values.quick ? 150 : 500));
  if (!Number.isFinite(roundMs) || roundMs < 1) throw new Error(`--round-ms ${values['round-ms']}: not a duration`);
  const rounds = Number(values.rounds ?? 4);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds}: not a number of rounds`);
  return { withLargeBodies: !values.quick, roundMs, rounds, json: values.json };
}
