import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { type KeyMove, moveVersions } from '../keystore/key-moves.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { newKey, secretOf } from '../keystore/test-store.ts';
import { Secret } from '../secret.ts';

// A second account of the life of a key, in other words than the code: what people did to each version, and when. Sequences
// of commands are run against it and a real keystore, which must agree after each of them.

/** One version as the model sees it. */
export interface ModelVersion {
  state: string;
  secret: string;
  /** Time at which use ends by itself. */
  end: number;
  /** Time at which a destruction is final. */
  doom: number;
  /** What a destruction interrupted. */
  interrupted: string;
}

export interface Model {
  name: string;
  versions: ModelVersion[];
  nowMs: number;
  expiresAt: number;
  /** Until then nothing of it is destroyed. */
  keptUntil: number;
}

export interface Real {
  readonly keystore: Keystore;
  readonly id: string;
  /** Sets the keystore's clock. */
  readonly setTime: (nowMs: number) => void;
}

export const never = Number.POSITIVE_INFINITY;

/** What is kept although its window is over is looked at again so soon. */
const dayMs = 86_400_000;

/** From which states each move starts, and where it leads. */
const legal: Readonly<Record<string, readonly [from: string, to: string]>> = {
  suspend: ['active', 'suspended'],
  resume: ['suspended', 'active'],
  deactivate: ['active suspended', 'deactivated'],
  compromise: ['active suspended deactivated', 'compromised'],
  destroy: ['deactivated compromised', 'pending-destruction'],
  cancelDestruction: ['pending-destruction', ''],
};

/** The state that counts at the model's time. */
function seen(model: Model, version: ModelVersion): string {
  const inUse = version.state === 'active' || version.state === 'suspended';
  return inUse && Math.min(version.end, model.expiresAt) <= model.nowMs ? 'deactivated' : version.state;
}

/** Every change writes down what has ended by time. */
function settle(model: Model): void {
  for (const version of model.versions) version.state = seen(model, version);
}

type Command = fc.AsyncCommand<Model, Real>;

abstract class KeyCommand implements Command {
  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.act(model, real);
    await requireEqual(model, real);
  }

  abstract act(model: Model, real: Real): Promise<void>;
  abstract toString(): string;
}

class Move extends KeyCommand {
  readonly #move: KeyMove;
  readonly #pick: number;
  readonly #windowMs: number;

  constructor(move: KeyMove, pick: number, windowMs: number) {
    super();
    this.#move = move;
    this.#pick = pick;
    this.#windowMs = windowMs;
  }

  async act(model: Model, { keystore, id }: Real): Promise<void> {
    const index = this.#pick % model.versions.length;
    const version = model.versions[index] as ModelVersion;
    const [from = '', to = ''] = legal[this.#move] ?? [];
    const before = seen(model, version);
    const options = { version: index + 1, destroyAt: model.nowMs + this.#windowMs };
    const answer = keystore.revise(id, (record, nowMs) => moveVersions(record, this.#move, { ...options, nowMs }));
    if (!from.split(' ').includes(before)) return await requireRefused(answer, 'key_state');
    await answer;
    settle(model);
    if (this.#move === 'destroy') Object.assign(version, { interrupted: before, doom: model.nowMs + this.#windowMs });
    version.state = this.#move === 'cancelDestruction' ? version.interrupted : to;
  }

  override toString(): string {
    return `${this.#move}(${this.#pick}, ${this.#windowMs})`;
  }
}

class Rotate extends KeyCommand {
  readonly #overlapMs: number;

  constructor(overlapMs: number) {
    super();
    this.#overlapMs = overlapMs;
  }

  async act(model: Model, { keystore, id }: Real): Promise<void> {
    const secret = randomBytes(32);
    const { algorithm, format } = newKey('unused');
    const next = { algorithm, format, secret: Secret.copy(secret), nameOrId: id, overlapMs: this.#overlapMs };
    const answer = keystore.addVersion(next);
    const inUse = model.versions.filter((version) => /^(active|suspended)$/.test(seen(model, version)));
    if (inUse.length === 0) return await requireRefused(answer, 'key_state');
    await answer;
    settle(model);
    for (const version of inUse) {
      if (this.#overlapMs === 0) version.state = 'deactivated';
      else version.end = Math.min(version.end, model.nowMs + this.#overlapMs);
    }
    const fresh = { state: 'active', end: never, doom: never, interrupted: '' };
    model.versions.push({ ...fresh, secret: secret.toString('hex') });
  }

  override toString(): string {
    return `rotate(${this.#overlapMs})`;
  }
}

class Expire extends KeyCommand {
  readonly #inMs: number;

  constructor(inMs: number) {
    super();
    this.#inMs = inMs;
  }

  async act(model: Model, { keystore, id }: Real): Promise<void> {
    settle(model);
    model.expiresAt = model.nowMs + this.#inMs;
    const { expiresAt } = model;
    await keystore.revise(id, (record) => ({ ...record, expiresAt }));
  }

  override toString(): string {
    return `expire(${this.#inMs})`;
  }
}

class Keep extends KeyCommand {
  readonly #forMs: number;

  constructor(forMs: number) {
    super();
    this.#forMs = forMs;
  }

  async act(model: Model, { keystore, id }: Real): Promise<void> {
    settle(model);
    model.keptUntil = model.nowMs + this.#forMs;
    const until = model.keptUntil;
    await keystore.revise(id, (record) => ({ ...record, retention: { until } }));
  }

  override toString(): string {
    return `keep(${this.#forMs})`;
  }
}

/** Time goes by, and what is due is done. */
class Pass extends KeyCommand {
  readonly #ms: number;
  readonly #tend: Tend;

  constructor(ms: number, tend: Tend) {
    super();
    this.#ms = ms;
    this.#tend = tend;
  }

  async act(model: Model, real: Real): Promise<void> {
    model.nowMs += this.#ms;
    real.setTime(model.nowMs);
    await this.#tend();
    for (const version of model.versions) {
      version.state = seen(model, version);
      if (version.state === 'pending-destruction' && version.doom <= model.nowMs) doom(model, version);
    }
  }

  override toString(): string {
    return `pass(${this.#ms})`;
  }
}

class Rename extends KeyCommand {
  async act(model: Model, { keystore, id }: Real): Promise<void> {
    settle(model);
    model.name = `${model.name}x`;
    const { name } = model;
    await keystore.revise(id, (record) => ({ ...record, name }));
  }

  override toString(): string {
    return 'rename';
  }
}

/** The window is over: it is destroyed, unless it is kept meanwhile. */
function doom({ keptUntil, nowMs }: Model, version: ModelVersion): void {
  if (keptUntil > nowMs) version.doom = Math.min(keptUntil, nowMs + dayMs);
  else version.state = 'destroyed';
}

async function requireRefused(answer: Promise<unknown>, code: string): Promise<void> {
  const error = await answer.then(
    () => undefined,
    (cause: { code?: string }) => cause,
  );
  if (error?.code !== code) throw new Error(`${error?.code ?? 'done'} instead of ${code}`);
}

/** The keystore tells what the model tells: states, names, and exactly the secrets that are not destroyed. */
async function requireEqual(model: Model, { keystore, id }: Real): Promise<void> {
  const record = await keystore.get(model.name);
  if (record?.id !== id) throw new Error(`${model.name} is not found`);
  const states = record.versions.map(({ state }) => state).join(' ');
  const expected = model.versions.map(({ state }) => state).join(' ');
  if (states !== expected) throw new Error(`states: ${states} instead of ${expected}`);
  for (const [index, { state, secret }] of model.versions.entries()) {
    if (state === 'destroyed') await requireRefused(keystore.unseal(id, index + 1), 'not_found');
    else if ((await secretOf(keystore, id, index + 1)) !== secret) throw new Error(`secret of version ${index + 1}`);
  }
}

/** Does what is due. */
export type Tend = () => Promise<void>;

/** Sequences of up to `maxCommands` commands; times are small numbers, so that they often meet. */
export function lifeCommands(tend: Tend, maxCommands: number) {
  const few = fc.integer({ min: 0, max: 4 });
  const moves = fc.constantFrom(...(Object.keys(legal) as KeyMove[]));
  return fc.commands<Model, Real, false>(
    [
      fc.tuple(moves, few, few).map((parts) => new Move(...parts)),
      fc.tuple(moves, few, few).map((parts) => new Move(...parts)),
      few.map((overlapMs) => new Rotate(overlapMs)),
      few.map((inMs) => new Expire(inMs + 1)),
      few.map((forMs) => new Keep(forMs)),
      few.map((ms) => new Pass(ms, tend)),
      fc.constant(new Rename()),
    ] as fc.Arbitrary<Command>[],
    { maxCommands, size: 'max' },
  );
}
