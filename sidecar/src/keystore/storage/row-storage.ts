import { SidecarError } from '../../errors.ts';

/** What lies in a store at one moment. Nothing of it is proved: whoever can write to the medium decides what is there. */
export interface StoredRows {
  row(path: string): Buffer | undefined;
  /** Those of the rows that are there, by path; not for rows with sealed secrets. */
  rows(paths: readonly string[]): ReadonlyMap<string, Buffer>;
  /** A node of the tree; `prefix` is the way from the root in hexadecimal digits. */
  node(prefix: string): Buffer | undefined;
  /** Undefined in a store that was never written to. */
  state(): StoredState | undefined;
  /** Up to `limit` paths from one to before another, in byte order. */
  pathsBetween(from: string, before: string, limit: number): string[];
  /** Up to `limit` names behind that one which stand under all of the terms, in byte order. */
  namesUnder(terms: readonly [string, ...string[]], range: NameRange): string[];
  /** Names that stand under a term, each as often as under terms. */
  termCount(): number;
  /** Every path there is, in no order. */
  paths(): Iterable<string>;
  /** Paths of the rows with sealed secrets, in no order. */
  sealedPaths(): Iterable<string>;
  /** Something for every node. */
  nodes(): Iterable<unknown>;
  /**
   * Checks what the medium itself can tell of its soundness.
   *
   * @throws SidecarError `keystore_corrupt`
   */
  check(): Promise<void>;
}

export interface NameRange {
  readonly from: string;
  readonly before: string;
  readonly limit: number;
}

/** The state of the store as a whole, with the MAC that proves it. */
export interface StoredState {
  readonly body: Buffer;
  readonly mac: Buffer;
}

/** Changes that become durable together, or none of them does. */
export interface RowBatch {
  /** Undefined where the row is removed. */
  readonly rows: ReadonlyMap<string, Buffer | undefined>;
  /** Undefined where the node is removed. */
  readonly nodes: ReadonlyMap<string, Buffer | undefined>;
  readonly terms: readonly TermChange[];
  readonly state: StoredState;
  /** KEK generation that sealed the rows. */
  readonly generation: number;
  /** Whether the last traces of rows that earlier generations sealed are overwritten. */
  readonly clearsEarlier?: boolean;
}

/** A name comes under a term, or goes. */
export interface TermChange {
  readonly term: string;
  readonly name: string;
  readonly isThere: boolean;
}

/** How often a version was used, on how much data, and when last, in milliseconds since 1970. */
export interface StoredUsage {
  readonly uses: number;
  readonly bytes: number;
  readonly usedAt: number;
}

/**
 * A medium for the rows of one store: SQLite or memory. It keeps what it is given in one order of changes, each whole or
 * not at all, and proves nothing.
 */
export interface RowStorage extends StoredRows {
  /** Number of the format that was found; 0 for a store that is new. */
  readonly foundFormat: number;
  /** Number of the format that the first write brings it to. */
  readonly format: number;
  /**
   * Makes the changes durable.
   *
   * @param before state that must be there still: anything else was written by somebody else; undefined in a new store
   * @throws SidecarError `keystore_corrupt` for another state, `keystore_unavailable` when nothing was written
   * @throws LostWrite when nobody knows whether it was
   */
  write(batch: RowBatch, before: Buffer | undefined): void;
  usage(handle: string): StoredUsage | undefined;
  /** Up to `limit` of them behind a handle, in byte order. */
  usageAfter(handle: string, limit: number): [handle: string, usage: StoredUsage][];
  /** Outside of the tree. Throws as `write` does. */
  saveUsage(entries: ReadonlyMap<string, StoredUsage>): void;
  /** Paths of up to `limit` rows that were sealed under another generation. */
  sealedBefore(generation: number, limit: number): string[];
  /** Brings everything to its final place, durably; false while somebody reads an earlier state. */
  settle(): boolean;
  /** The store as it is now, however it changes meanwhile. */
  snapshot(): StoredRows & Disposable;
  /** Changes whenever somebody else has written. */
  outsideVersion(): unknown;
  /** Paths of the files that it consists of. */
  readonly files: readonly string[];
  close(): void;
}

/** A write that may have reached the medium or not. */
export class LostWrite extends SidecarError {
  constructor(cause: unknown) {
    super('keystore_unavailable', 'a write failed: nobody knows whether it reached the disk', { cause });
  }
}
