import type { CopiedRow, StoreCopy } from '../copied-rows.ts';
import type { ChangeRequest, Documents } from '../documents.ts';
import type { KeyAlgorithm, KeyRecord, KeyUsage, KeyVersion, PublicKey, RotationSchedule } from '../generated/types.ts';
import type { Secret } from '../secret.ts';
import type { Generations } from './generations.ts';
import type { KeyTerms } from './key-terms.ts';
import type { FillingRules } from './row-filling.ts';
import type { UsageRows } from './usage-rows.ts';

export type { ChangeRequest };

/** A named key to store, with the secret of its first version. The secret stays the caller's to dispose. */
export interface NewKey extends ChangeRequest, KeyMaterial {
  readonly name: string;
  readonly owner: string;
  readonly type: 'secret' | 'private';
  readonly usages: readonly KeyUsage[];
  readonly labels: Readonly<Record<string, string>>;
  readonly description?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
  readonly rotation?: RotationSchedule | undefined;
  readonly origin?: KeyVersion['origin'];
  /** `active` unless told. */
  readonly state?: 'active' | 'pre-activation';
}

/** What one version of a key is made of. The secret stays the caller's to dispose. */
export interface KeyMaterial {
  readonly algorithm: KeyAlgorithm;
  /** Format of the secret's bytes, for example `raw-seed` or `pkcs8`. */
  readonly format: string;
  readonly secret: Secret;
  readonly publicKey?: PublicKey;
}

/** The next version of a key, active at once. */
export interface NewKeyVersion extends KeyMaterial {
  readonly nameOrId: string;
  /** Versions that are active now stay so for that long, in milliseconds. */
  readonly overlapMs: number;
  readonly reason?: string | undefined;
  /** The version whose secret it is. */
  readonly copyOf?: number;
  readonly origin?: KeyVersion['origin'];
  /** Asked in the very moment of the change, with the key as it is then: throws when the version is not wanted any more. */
  readonly requireWanted?: (before: KeyRecord) => void;
}

export interface KeyRename extends ChangeRequest {
  readonly nameOrId: string;
  readonly newName: string;
}

/**
 * Says what a record becomes; `updatedAt` and `revision` are the keystore's. A version that becomes destroyed loses its
 * secret. What it throws leaves everything as it was.
 */
export type ReviseRecord = (before: KeyRecord, nowMs: number) => KeyRecord;

/** A key that something is to be done to. */
export interface DueKey {
  readonly id: string;
  /** Since when, in milliseconds since 1970. */
  readonly dueAt: number;
}

/** The secret of one version, opened; the caller disposes it. */
export interface UnsealedVersion {
  readonly format: string;
  readonly algorithm: KeyAlgorithm;
  readonly secret: Secret;
}

/**
 * Named keys that outlive the process, sealed and in an authenticated tree. Asynchronous because a shared database
 * may stand behind it. Every method throws `keystore_corrupt` for rows that do not verify.
 */
export interface Keystore extends Generations {
  /**
   * Stores a key, not extractable, its first version active.
   *
   * @throws SidecarError `already_exists`, or `request_conflict` for a requestId that belongs to another request
   */
  create(key: NewKey): Promise<KeyRecord>;

  /** @throws SidecarError `not_found`, `already_exists`, `request_conflict` */
  rename(change: KeyRename): Promise<KeyRecord>;

  /**
   * Any change of a record that makes no new secret.
   *
   * @throws SidecarError `not_found`, `already_exists` for a name that is taken, `request_conflict`, or what `revise` throws
   */
  revise(nameOrId: string, revise: ReviseRecord, request?: ChangeRequest): Promise<KeyRecord>;

  /**
   * @throws SidecarError `not_found`, `request_conflict`, `key_state` for a key of which nothing is in use any more, or what
   * `requireWanted` throws
   */
  addVersion(version: NewKeyVersion, request?: ChangeRequest): Promise<KeyRecord>;

  /**
   * Keys that something is to be done to by that time, the most overdue first. That they are due is not proven: read what
   * they name.
   *
   * @param limit at least 1
   * @param after a key as an earlier page gave it: only those behind it
   */
  due(timeMs: number, limit: number, after?: DueKey): Promise<DueKey[]>;

  /**
   * The outcome of a change that was already made; asked before an expensive key generation.
   *
   * @throws SidecarError `request_conflict`
   */
  outcome(principal: string, requestId: string, requestDigest: string): Promise<KeyRecord | undefined>;

  /** The key, or undefined when it is proven that there is none. */
  get(nameOrId: string): Promise<KeyRecord | undefined>;

  /**
   * Keys in the order of their names. Each record is proven; that none was left out is what `verify` checks.
   *
   * @param query `after` is a name, of a key or not; `limit` at least 1
   * @throws CorruptPage when one of them does not verify; it has the names, so that one can go on behind them
   */
  list(query: KeyQuery): Promise<KeyRecord[]>;

  /**
   * Opens the secret of one version.
   *
   * @throws SidecarError `not_found`
   */
  unseal(id: string, version: number): Promise<UnsealedVersion>;

  /**
   * The sealed forms of one version's secret as they lie in the database, to look for them when they must be gone; none of
   * a version without a secret.
   *
   * @throws SidecarError `not_found`
   */
  sealedForms(id: string, version: number): Promise<readonly Buffer[]>;

  /**
   * A secret of the installation itself (log signing keys, MAC keys): `generate` makes it on first use.
   * The caller disposes what it gets.
   */
  systemSecret(name: string, generate: () => Secret): Promise<Secret>;

  /** How often versions were used. */
  readonly usage: UsageRows;

  /** What is known beside keys. */
  readonly documents: Documents;

  /** Number of named keys. */
  count(): Promise<number>;

  /** Root of the authenticated tree, 64 hexadecimal digits. */
  root(): Promise<string>;

  /** What the log remembers of the store. */
  mark(): Promise<StateMark>;

  /** Whether it holds nothing but secrets whose names begin with that. */
  holdsOnly(prefix: string): Promise<boolean>;

  /**
   * Checks the whole store as it is now: file, tree, every row and every seal. In slices: it may be used and changed
   * meanwhile, by this process alone.
   */
  verify(): Promise<{ rows: number; root: string }>;

  /**
   * All rows as they are now, with their secrets; the caller disposes it.
   *
   * @param isWithheld of which rows only path and hash are told
   */
  copy(isWithheld: (path: string) => boolean): StoreCopy;

  /**
   * Writes rows of another store into this new one in one durable change, sealed anew: in the order of `StoreCopy`, over
   * as many calls as it takes. The secrets stay the caller's to dispose.
   */
  fill(rows: readonly CopiedRow[], rules: FillingRules): void;

  /** Closes the store and wipes its keys. */
  close(): Promise<void>;
}

/** One state of a store. */
export interface StateMark {
  /** Root of the authenticated tree, 64 hexadecimal digits. */
  readonly stateRoot: string;
  /** Changes since the store was made: an older copy has a smaller number. */
  readonly stateCounter: number;
}

export interface KeyQuery {
  readonly prefix?: string;
  /** Only names behind this one. */
  readonly after?: string;
  readonly limit: number;
  /** Only keys that are found by all of them. */
  readonly terms?: KeyTerms;
}
