import { timingSafeEqual } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { SidecarError } from '../errors.ts';
import { createInTurn } from '../in-turn.ts';
import { Secret } from '../secret.ts';
import type { AuthenticatedRows } from './authenticated-rows.ts';
import type { Envelope } from './envelope.ts';
import type { GenerationVault } from './generation-secrets.ts';
import type { GenerationStatus, Generations } from './generations.ts';
import { deriveKek } from './kek.ts';
import { KeyRows } from './key-rows.ts';
import { rewrapRow } from './sealed-rows.ts';
import type { Sealing } from './sealing.ts';
import { proveGeneration } from './store-check.ts';
import { StateSeal, type StoredTurnover, type StoreState } from './store-state.ts';

/** One takes a few milliseconds, in which nothing else is answered. */
const rowsPerTransaction = 8;

export interface TurnoverParts {
  readonly rows: AuthenticatedRows;
  readonly envelope: Envelope;
  readonly secrets: GenerationVault;
  readonly sealing: Sealing;
  /** Copied: the KEK of each new generation is derived from it. */
  readonly rootKey: Secret;
}

/**
 * Leads the store from one KEK generation to the next. The order makes each step safe to be the last one: a secret is on
 * disk before a state needs it, and it is erased after no state needs it, when even a power cut brings none back.
 */
export class Turnover implements Omit<Generations, 'scanFor'> {
  readonly #parts: TurnoverParts;
  readonly #keys: KeyRows;
  readonly #inTurn = createInTurn();
  #rootKey: Secret;

  constructor(parts: TurnoverParts) {
    this.#parts = parts;
    this.#keys = new KeyRows(parts.rows);
    this.#rootKey = Secret.copy(parts.rootKey.bytes);
  }

  async generation(): Promise<GenerationStatus> {
    const { generation: present, turnover } = this.#parts.rows.state;
    if (turnover !== undefined) {
      const { from, rewrapped, total } = turnover;
      return { present, turningOver: { from, rewrapped: Math.min(rewrapped, total), total } };
    }
    const [from] = this.#over();
    if (from === undefined) return { present };
    const total = sealedRows(this.#parts.rows.state);
    return { present, turningOver: { from, rewrapped: total, total } };
  }

  beginGeneration(): Promise<number> {
    return this.#inTurn(async () => {
      const kek = this.#nextKek(this.#rootKey);
      this.#begin(kek, (alter) => this.#parts.rows.change(() => undefined, alter));
      return this.#parts.rows.state.generation;
    });
  }

  changeRootKey(newRootKey: Secret): Promise<number> {
    return this.#inTurn(async () => {
      const { rows, envelope, sealing } = this.#parts;
      if (timingSafeEqual(newRootKey.bytes, this.#rootKey.bytes)) {
        throw new SidecarError('root_key_unprepared', 'what was given as the next one is the present one');
      }
      const kek = this.#nextKek(newRootKey);
      const seal = new StateSeal(sealing, newRootKey);
      const earlierKek = envelope.sealedFor(kek, rows.state.generation + 1);
      this.#begin(kek, (alter) => changeSeal(rows, seal, alter), { earlierKek });
      this.#rootKey.dispose();
      this.#rootKey = Secret.copy(newRootKey.bytes);
      return rows.state.generation;
    });
  }

  rewrapSome(limit: number): Promise<{ done: boolean; rewrapped: number }> {
    // Zero rewrapped rows would be taken for the end.
    if (!(limit >= 1)) throw new RangeError(`${limit} rows are not at least one`);
    return this.#inTurn(async () => {
      // Whoever calls again and again while a check reads an earlier state must not keep that from coming to its end.
      await setImmediate();
      const rewrapped = await this.#rewrapUpTo(limit);
      if (rewrapped > 0) return { done: false, rewrapped };
      if (this.#parts.rows.state.turnover !== undefined) await this.#end();
      return { done: this.eraseEarlier(), rewrapped };
    });
  }

  /**
   * Erases what no state needs any more, also what an earlier process left; changes no row.
   *
   * @returns false while a turnover is under way or somebody reads an earlier state of the database
   */
  eraseEarlier(): boolean {
    const { rows, secrets, envelope } = this.#parts;
    if (rows.state.turnover !== undefined) return false;
    const over = this.#over();
    // A state that a power cut can still take back must not be the reason to erase what the one before needs.
    if (over.length > 0 && !rows.settle()) return false;
    for (const generation of over) secrets.erase(generation);
    envelope.dropEarlier();
    return true;
  }

  close(): void {
    this.#rootKey.dispose();
  }

  /** Generations whose secrets are there and needed no more. */
  #over(): number[] {
    const { rows, secrets } = this.#parts;
    const { generation, turnover } = rows.state;
    return turnover === undefined ? secrets.confirmed().filter((candidate) => candidate < generation) : [];
  }

  #nextKek(rootKey: Secret): Secret {
    const { rows, secrets, sealing } = this.#parts;
    if (rows.state.turnover !== undefined || this.#over().length > 0) {
      throw new SidecarError('operation_failed', 'the keystore is turning over to a new key generation already');
    }
    const generation = rows.state.generation + 1;
    using secret = secrets.create(generation);
    return deriveKek(sealing, rootKey, secret, generation);
  }

  #begin(
    kek: Secret,
    change: (alter: (state: StoreState) => StoreState) => void,
    more: Pick<StoredTurnover, 'earlierKek'> = {},
  ): void {
    const { rows, envelope, secrets } = this.#parts;
    const generation = rows.state.generation + 1;
    try {
      change((state) => {
        const turnover = { from: state.generation, rewrapped: 0, total: sealedRows(state), ...more };
        return { ...state, generation, turnover };
      });
    } catch (error) {
      // The secret stays: the change may have reached the disk after all. The next start knows.
      kek.dispose();
      throw error;
    }
    envelope.turnTo(kek, generation);
    secrets.confirm(generation);
  }

  async #rewrapUpTo(limit: number): Promise<number> {
    const { rows } = this.#parts;
    let rewrapped = 0;
    while (rows.state.turnover !== undefined && rewrapped < limit) {
      const paths = rows.pathsSealedBefore(Math.min(limit - rewrapped, rowsPerTransaction));
      if (paths.length === 0) break;
      this.#rewrap(paths);
      rewrapped += paths.length;
      await setImmediate();
    }
    return rewrapped;
  }

  #rewrap(paths: readonly string[]): void {
    const { rows, envelope } = this.#parts;
    rows.change(
      (changes) => {
        for (const path of paths) rewrapRow(this.#keys, envelope, changes, path);
      },
      (state) => ({ ...state, ...advanced(state, paths.length) }),
    );
  }

  async #end(): Promise<void> {
    const { rows, envelope } = this.#parts;
    await proveGeneration(rows, envelope);
    rows.clearSealedBefore(({ turnover: _, ...state }) => state);
  }
}

function changeSeal(rows: AuthenticatedRows, seal: StateSeal, alter: (state: StoreState) => StoreState): void {
  try {
    rows.changeSeal(seal, alter);
  } catch (error) {
    seal[Symbol.dispose]();
    throw error;
  }
}

function advanced({ turnover }: StoreState, count: number): Pick<StoreState, 'turnover'> {
  return turnover === undefined ? {} : { turnover: { ...turnover, rewrapped: turnover.rewrapped + count } };
}

function sealedRows({ counts }: StoreState): number {
  return (counts.system ?? 0) + (counts.version ?? 0);
}
