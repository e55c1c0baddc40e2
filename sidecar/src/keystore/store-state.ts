import { timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { SidecarError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { type Canonical, canonicalBytes } from './canonical-json.ts';
import { corruption } from './corruption.ts';
import { guarded } from './database.ts';
import type { Sealing } from './sealing.ts';

/** What the keystore as a whole must agree with; stored under a MAC that only the root key can make. */
export interface StoreState {
  /** Number of migrations that the store has seen. */
  readonly format: number;
  /** KEK generation that seals. */
  readonly generation: number;
  /** Raised by each change. */
  readonly counter: number;
  /** Root of the tree over all rows, hexadecimal. */
  readonly root: string;
  /** Rows by kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** While rows of an earlier generation are left. */
  readonly turnover?: StoredTurnover;
}

/** How far the rows have come from one KEK generation to the present one. */
export interface StoredTurnover {
  /** Generation that is about to be erased. */
  readonly from: number;
  /** Rows that were rewrapped. */
  readonly rewrapped: number;
  /** Rows with sealed secrets when it began. */
  readonly total: number;
  /**
   * KEK of `from` under the present one, base64url: only while the root key changes, because nothing else is left that it
   * could be derived from. Never in a turnover that follows a destruction: a copy of the database that was taken
   * meanwhile would bring the KEK that erasing its secret is to end, under a secret that lives on.
   */
  readonly earlierKek?: string;
}

/** Reads and writes the one authenticated state row. */
export class StateRow {
  readonly #database: DatabaseSync;
  readonly #sealing: Sealing;
  readonly #macKey: Secret;
  readonly #rootKeyCheck: string;
  #current: Buffer | undefined;

  constructor(database: DatabaseSync, sealing: Sealing, rootKey: Secret) {
    this.#database = database;
    this.#sealing = sealing;
    this.#macKey = sealing.derive(rootKey, Buffer.alloc(0), 'ferrohsm/keystore/state-mac/v1', 32);
    using check = sealing.derive(rootKey, Buffer.alloc(0), 'ferrohsm/keystore/root-key-check/v1', 16);
    this.#rootKeyCheck = check.bytes.toString('hex');
  }

  /**
   * Reads and authenticates the state.
   *
   * @throws SidecarError `config_invalid` when another root key made it, `keystore_corrupt` when it was changed
   */
  read(): StoreState {
    const { body, mac } = this.#stored();
    const expected = this.#mac(body);
    const parsed = parseBody(body);
    if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
      if (typeof parsed?.rootKeyCheck === 'string' && parsed.rootKeyCheck !== this.#rootKeyCheck) {
        throw new SidecarError('config_invalid', 'the root key is not the one that made this keystore');
      }
      throw corruption('the keystore state does not verify');
    }
    if (parsed === undefined) throw corruption('the keystore state has an unknown layout');
    this.#current = body;
    const { rootKeyCheck: _, ...state } = parsed;
    return state;
  }

  /** Whether the stored state says that this root key made it; `read` tells whether that is true. */
  isOfRootKey(): boolean {
    return parseBody(this.#stored().body)?.rootKeyCheck === this.#rootKeyCheck;
  }

  /** Writes the state inside the caller's transaction; `accept` follows once that is committed. */
  write(state: StoreState): { accept: () => void } {
    const body = canonicalBytes({ ...canonicalState(state), rootKeyCheck: this.#rootKeyCheck });
    guarded(() =>
      this.#database
        .prepare(
          'INSERT INTO state (slot, body, mac) VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body, mac = excluded.mac',
        )
        .run(body, this.#mac(body)),
    );
    return {
      accept: () => {
        this.#current = body;
      },
    };
  }

  /**
   * Refuses when the stored state is not the one last read or accepted: someone else wrote, or rolled it back.
   *
   * @param database the same one, maybe through another connection
   */
  assertCurrent(database = this.#database): void {
    if (this.#current === undefined || !this.#stored(database).body.equals(this.#current)) {
      throw corruption('the keystore state was changed from outside');
    }
  }

  close(): void {
    this.#macKey.dispose();
  }

  #mac(body: Uint8Array): Buffer {
    return this.#sealing.keyedDigest(this.#macKey, body);
  }

  #stored(database = this.#database): { body: Buffer; mac: Buffer } {
    const row = guarded(() => database.prepare('SELECT body, mac FROM state WHERE slot = 1').get());
    const body = row?.body;
    const mac = row?.mac;
    if (!(body instanceof Uint8Array) || !(mac instanceof Uint8Array))
      throw corruption('the keystore state is missing');
    return { body: Buffer.from(body), mac: Buffer.from(mac) };
  }
}

/**
 * The state row under the root key that made it, of several that may have; under the first when none did.
 *
 * @param rootKeys at least one
 */
export function stateRowOf(database: DatabaseSync, sealing: Sealing, rootKeys: readonly [Secret, ...Secret[]]) {
  const candidates = rootKeys.map((rootKey) => ({ rootKey, stateRow: new StateRow(database, sealing, rootKey) }));
  const chosen = candidates.find(({ stateRow }) => stateRow.isOfRootKey()) ?? candidates[0];
  for (const candidate of candidates) if (candidate !== chosen) candidate.stateRow.close();
  return chosen as { readonly rootKey: Secret; readonly stateRow: StateRow };
}

function canonicalState({ turnover, ...state }: StoreState): { readonly [member: string]: Canonical } {
  return turnover === undefined ? state : { ...state, turnover: { ...turnover } };
}

function parseBody(body: Buffer): (StoreState & { rootKeyCheck: string }) | undefined {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
