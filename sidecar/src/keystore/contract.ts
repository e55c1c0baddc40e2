import type { ChangeRequest, Documents } from '../documents.ts';
import type { KeyAlgorithm, KeyRecord, KeyUsage, PublicKey } from '../generated/types.ts';
import type { Secret } from '../secret.ts';

export type { ChangeRequest };

/** A named key to store, with the secret of its first version. The secret stays the caller's to dispose. */
export interface NewKey extends ChangeRequest {
  readonly name: string;
  readonly owner: string;
  readonly type: 'secret' | 'private';
  readonly usages: readonly KeyUsage[];
  readonly labels: Readonly<Record<string, string>>;
  readonly algorithm: KeyAlgorithm;
  /** Format of the secret's bytes, for example `raw-seed` or `pkcs8`. */
  readonly format: string;
  readonly secret: Secret;
  readonly publicKey?: PublicKey;
}

export interface KeyRename extends ChangeRequest {
  readonly nameOrId: string;
  readonly newName: string;
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
export interface Keystore {
  /**
   * Stores a key, not extractable, its first version active.
   *
   * @throws SidecarError `already_exists`, or `request_conflict` for a requestId that belongs to another request
   */
  create(key: NewKey): Promise<KeyRecord>;

  /** @throws SidecarError `not_found`, `already_exists`, `request_conflict` */
  rename(change: KeyRename): Promise<KeyRecord>;

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
   */
  list(query: KeyQuery): Promise<KeyRecord[]>;

  /**
   * Opens the secret of one version.
   *
   * @throws SidecarError `not_found`
   */
  unseal(id: string, version: number): Promise<UnsealedVersion>;

  /**
   * A secret of the installation itself (log signing keys, MAC keys): `generate` makes it on first use.
   * The caller disposes what it gets.
   */
  systemSecret(name: string, generate: () => Secret): Promise<Secret>;

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

  /** Checks the whole store: file, tree, every row and every seal. Blocks while it runs. */
  verify(): Promise<{ rows: number; root: string }>;

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
}
