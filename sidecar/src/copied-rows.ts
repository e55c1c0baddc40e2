import type { Secret } from './secret.ts';

/** One row of the store, outside of it. */
export interface CopiedRow {
  /** Where it lies: its kind, a slash, and what names it within that. */
  readonly path: string;
  /** Its bytes; of a row with a sealed secret, what is beside the secret as JSON; of a withheld row, nothing. */
  readonly value: Buffer;
  /** SHA-256 of its bytes in the store; undefined where they are `value`. */
  readonly hash?: Buffer;
  /** The secret, opened. Whoever receives the row disposes it. */
  readonly secret?: Secret;
}

/** A row before its secret is opened: enough to see whether it is what it was. */
export interface FoundRow {
  readonly path: string;
  /** SHA-256 of its bytes in the store. */
  readonly hash: Buffer;
  /** @throws SidecarError `keystore_corrupt` */
  open(): CopiedRow;
}

/** All rows of a store as they were in one moment, however it changes meanwhile. While it is open, no destruction ends. */
export interface StoreCopy extends Disposable {
  /** Root of the authenticated tree over the rows, 64 hexadecimal digits. */
  readonly stateRoot: string;
  /** Changes since the store was made. */
  readonly stateCounter: number;
  /** Rows by kind. */
  readonly counts: Readonly<Record<string, number>>;
  /**
   * Every row in the byte order of the paths, each proven; may be left after each step.
   *
   * @throws SidecarError `keystore_corrupt`
   */
  rows(): Generator<FoundRow, void>;
}
