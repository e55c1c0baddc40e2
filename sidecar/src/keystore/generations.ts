import type { Secret } from '../secret.ts';
import type { ScanFinding } from './file-scan.ts';

/**
 * The KEK generations of a store. Destruction is a turnover: once one that began after the last trace of a secret left the
 * store has ended, no copy of the database from before opens that secret any more. A turnover by {@link changeRootKey}
 * is no destruction: begin another one after it.
 */
export interface Generations {
  generation(): Promise<GenerationStatus>;

  /**
   * Begins a turnover: what is sealed from now on belongs to a new generation, `rewrapSome` brings the rest over.
   *
   * @returns the new generation. What was removed before is destroyed once `generation()` tells that one or a later one, and
   *   nothing that is turning over.
   * @throws SidecarError `operation_failed` while one is under way
   */
  beginGeneration(): Promise<number>;

  /**
   * Goes on with a turnover, also after a restart. The last call proves that every secret opens under the new generation,
   * ends the turnover and erases the secret of the earlier one.
   *
   * @param limit rows at most that are rewrapped, at least 1; requests are answered meanwhile
   * @returns `done` when there is nothing left to do; otherwise call again, after a while when nothing was rewrapped:
   *   somebody reads an earlier state of the database
   */
  rewrapSome(limit: number): Promise<{ readonly done: boolean; readonly rewrapped: number }>;

  /**
   * Puts the store under another root key and begins the turnover that ends the old one. When it returns, the new root key
   * opens the store and the old one does not; until then the old one does.
   *
   * @param newRootKey 32 bytes; stays the caller's to dispose
   * @returns the new generation
   * @throws SidecarError `operation_failed` while a turnover is under way, `root_key_unprepared` for the present root key
   */
  changeRootKey(newRootKey: Secret): Promise<number>;

  /**
   * Looks for byte strings in the files of the database; finds also a quarter of one. Of a secret that was destroyed, none
   * is found after the turnover.
   *
   * @param needles 16 bytes or more each, as they lie in the database
   */
  scanFor(needles: readonly Buffer[]): Promise<ScanFinding[]>;
}

export interface GenerationStatus {
  /** Generation that seals. */
  readonly present: number;
  readonly turningOver?: {
    /** Generation whose secret is about to be erased. */
    readonly from: number;
    /** Rows that were rewrapped, of `total`; those that change or vanish meanwhile need it not. */
    readonly rewrapped: number;
    readonly total: number;
  };
}
