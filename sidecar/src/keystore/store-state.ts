import { timingSafeEqual } from 'node:crypto';
import { SidecarError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { type Canonical, canonicalBytes } from './canonical-json.ts';
import { corruption } from './corruption.ts';
import type { Sealing } from './sealing.ts';
import type { StoredState } from './storage/row-storage.ts';

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

/** The store says that another root key made it. */
export class WrongRootKey extends SidecarError {
  constructor() {
    super('config_invalid', 'the root key is not the one that made this keystore');
  }
}

/** Seals the state of the store and opens it, under one root key. */
export class StateSeal implements Disposable {
  readonly #sealing: Sealing;
  readonly #macKey: Secret;
  readonly #rootKeyCheck: string;

  constructor(sealing: Sealing, rootKey: Secret) {
    this.#sealing = sealing;
    this.#macKey = sealing.derive(rootKey, Buffer.alloc(0), 'ferrohsm/keystore/state-mac/v1', 32);
    using check = sealing.derive(rootKey, Buffer.alloc(0), 'ferrohsm/keystore/root-key-check/v1', 16);
    this.#rootKeyCheck = check.bytes.toString('hex');
  }

  /**
   * Authenticates the state.
   *
   * @throws SidecarError `config_invalid` when another root key made it, `keystore_corrupt` when it was changed
   */
  open({ body, mac }: StoredState): StoreState {
    const expected = this.#mac(body);
    const parsed = parseBody(body);
    if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
      if (typeof parsed?.rootKeyCheck === 'string' && parsed.rootKeyCheck !== this.#rootKeyCheck) {
        throw new WrongRootKey();
      }
      throw corruption('the keystore state does not verify');
    }
    if (parsed === undefined) throw corruption('the keystore state has an unknown layout');
    const { rootKeyCheck: _, ...state } = parsed;
    return state;
  }

  /** Whether the stored state says that this root key made it; `open` tells whether that is true. */
  claims({ body }: StoredState): boolean {
    return parseBody(body)?.rootKeyCheck === this.#rootKeyCheck;
  }

  seal(state: StoreState): StoredState {
    const body = canonicalBytes({ ...canonicalState(state), rootKeyCheck: this.#rootKeyCheck });
    return { body, mac: this.#mac(body) };
  }

  [Symbol.dispose](): void {
    this.#macKey.dispose();
  }

  #mac(body: Uint8Array): Buffer {
    return this.#sealing.keyedDigest(this.#macKey, body);
  }
}

/**
 * The seal of the root key that made the state, of several that may have; of the first when none did.
 *
 * @param stored undefined for a new store
 */
export function sealOf(
  stored: StoredState | undefined,
  sealing: Sealing,
  rootKeys: readonly [Secret, ...Secret[]],
): { readonly rootKey: Secret; readonly seal: StateSeal } {
  for (const rootKey of stored === undefined ? [] : rootKeys) {
    const seal = new StateSeal(sealing, rootKey);
    if (stored !== undefined && seal.claims(stored)) return { rootKey, seal };
    seal[Symbol.dispose]();
  }
  return { rootKey: rootKeys[0], seal: new StateSeal(sealing, rootKeys[0]) };
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
