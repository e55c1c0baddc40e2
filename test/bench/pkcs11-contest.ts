import type { ClientLoad } from './client-messages.ts';
import { type CallersPlace, Pkcs11Callers } from './peers/pkcs11-callers.ts';
import { requireSigned, type TokenUse } from './peers/token-use.ts';
import type { TokenOperation } from './pkcs11-operations.ts';
import type { BenchToken } from './pkcs11-tokens.ts';
import { median } from './statistics.ts';

/** What one token did with one operation. */
export interface TokenResult {
  /** Medians of the rounds. */
  readonly perSecond: number;
  readonly p50Us: number;
  /** Of each of its processes for one operation, over all rounds, in microseconds. */
  readonly cpuUsPerOp: Readonly<Record<string, number>>;
}

export interface TokenRow {
  readonly operation: string;
  readonly concurrency: number;
  readonly ferrohsm: TokenResult;
  readonly softhsm: TokenResult;
  /** FerroHSM's speed to the other's: median of the ratios of neighbouring rounds. */
  readonly ratio: number;
}

/** The compiled client, and the module that it loads. */
type ContestClient = Pick<CallersPlace, 'program' | 'module' | 'environment'>;

export interface TokenContest {
  readonly tokens: { readonly ferrohsm: BenchToken; readonly softhsm: BenchToken };
  readonly client: ContestClient;
  readonly rounds: number;
  readonly roundMs: number;
}

/** What compiling takes, with as many callers as there will ever be. */
const warmUpRounds = 4;

/** Both tokens take turns, so that what else the machine does meanwhile hits both. */
export async function compareTokens(
  { tokens, client, rounds, roundMs }: TokenContest,
  { title, key, uses }: TokenOperation,
  concurrency: number,
): Promise<TokenRow> {
  await using ferrohsm = await Player.open(tokens.ferrohsm, { ...client, key, use: uses.ferrohsm }, concurrency);
  await using softhsm = await Player.open(tokens.softhsm, { ...client, key, use: uses.softhsm }, concurrency);
  for (const player of [ferrohsm, softhsm]) await player.warmUp(roundMs);
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? [ferrohsm, softhsm] : [softhsm, ferrohsm];
    for (const player of order) await player.play(roundMs);
  }
  const ratios = ferrohsm.speeds.map((speed, round) => speed / (softhsm.speeds[round] ?? Number.NaN));
  return {
    operation: title,
    concurrency,
    ferrohsm: ferrohsm.result(),
    softhsm: softhsm.result(),
    ratio: median(ratios),
  };
}

/** Before the rounds of an operation count, in its largest contest. */
export async function warmUp(
  { tokens, client, roundMs }: TokenContest,
  { key, uses }: TokenOperation,
  concurrency: number,
): Promise<void> {
  for (const side of ['ferrohsm', 'softhsm'] as const) {
    await using player = await Player.open(tokens[side], { ...client, key, use: uses[side] }, concurrency);
    await player.warmUp(warmUpRounds * roundMs);
  }
}

interface Playing extends ContestClient {
  readonly key: TokenOperation['key'];
  readonly use: TokenUse;
}

/** The callers of one token, and what they have done. */
class Player implements AsyncDisposable {
  readonly #callers: Pkcs11Callers;
  readonly #clocks: BenchToken['clocks'];
  readonly #loads: ClientLoad[] = [];
  readonly #usedUs: Record<string, number> = {};

  private constructor(callers: Pkcs11Callers, clocks: BenchToken['clocks']) {
    this.#callers = callers;
    this.#clocks = clocks;
  }

  /** @throws Error when the token does something else than sign */
  static async open({ socket, pin, publicKeys, clocks }: BenchToken, { key, ...playing }: Playing, count: number) {
    const { callers, signature } = await Pkcs11Callers.open({ ...playing, socket, pin }, count);
    const player = new Player(callers, clocks);
    requireSigned(playing.use, publicKeys[key], signature);
    return player;
  }

  get speeds(): readonly number[] {
    return this.#loads.map(({ opsPerSecond }) => opsPerSecond);
  }

  async warmUp(durationMs: number): Promise<void> {
    await this.#callers.run(durationMs);
  }

  async play(durationMs: number): Promise<void> {
    const before = Object.entries(this.#clocks).map(([name, clock]) => ({ name, clock, us: clock() }));
    this.#loads.push(await this.#callers.run(durationMs));
    for (const { name, clock, us } of before) this.#usedUs[name] = (this.#usedUs[name] ?? 0) + clock() - us;
  }

  result(): TokenResult {
    const operations = this.#loads.reduce((sum, load) => sum + load.operations, 0);
    const costs = Object.entries(this.#usedUs).map(([name, us]) => [name, us / operations]);
    return {
      perSecond: median(this.speeds),
      p50Us: median(this.#loads.map(({ p50Us }) => p50Us)),
      cpuUsPerOp: Object.fromEntries(costs),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#callers[Symbol.asyncDispose]();
  }
}
