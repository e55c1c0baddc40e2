import { ClientProcess } from './client-process.ts';
import { type Result, resultOf } from './contest.ts';
import { slowOperation } from './operations.ts';
import type { Round, Side } from './side.ts';

/** ECDSA P-256 by itself, and while others keep the sidecar busy with signatures that take most of a second. */
export interface Fairness {
  readonly concurrency: number;
  readonly alone: Result;
  readonly beside: Result;
  /** p99 beside the others over p99 without them, medians of the rounds. */
  readonly p99Ratio: number;
}

export interface FairnessOptions {
  readonly concurrency: number;
  readonly roundMs: number;
  readonly rounds: number;
}

const slowClients = 4;
const fast = 'p256';
/** The slow signatures are under way before a round begins. */
const leadMs = 300;

/** @param side a sidecar whose socket lets other clients in */
export async function measureFairness(side: Side, options: FairnessOptions): Promise<Fairness> {
  const { concurrency, roundMs, rounds } = options;
  await using others = await openSlowClients(side.socket ?? '');
  await side.prepare(fast);
  await side.run(fast, concurrency, roundMs);
  const alone: Round[] = [];
  const beside: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await side.run(fast, concurrency, roundMs));
    const busy = others.sign(leadMs + roundMs);
    await new Promise((resolve) => setTimeout(resolve, leadMs));
    beside.push(await side.run(fast, concurrency, roundMs));
    await busy;
  }
  const results = { alone: resultOf('alone', alone), beside: resultOf('beside', beside) };
  return { concurrency, ...results, p99Ratio: results.beside.p99Us / results.alone.p99Us };
}

/** Clients that each sign without a pause for a while; the last signature of each ends when it ends. */
async function openSlowClients(socket: string) {
  const clients = Array.from({ length: slowClients }, () => new ClientProcess({ backend: 'named-keys', socket }));
  for (const client of clients) await client.prepare(slowOperation.id);
  return {
    sign: (durationMs: number) => Promise.all(clients.map((client) => client.run(slowOperation.id, 1, durationMs))),
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client[Symbol.asyncDispose]();
    },
  };
}
