import type { AuditPersonal, AuditRecord } from '../generated/types.ts';
import type { LogSigners } from './checkpoint.ts';
import type { AuditEntry } from './record-encoding.ts';

export type { LogSigner, LogSigners } from './checkpoint.ts';
export { type OpenAuditLogOptions, openAuditLog } from './open-log.ts';
export type { AuditEntry } from './record-encoding.ts';

/** A record where it was found. */
export interface FoundRecord {
  /** Leaf index. */
  readonly index: number;
  readonly record: AuditRecord;
  /** Who did it, unless that was erased. */
  readonly personal?: AuditPersonal;
}

/** What checkpoints are behind the records. */
export interface UnpublishedRecords {
  readonly records: number;
  readonly bytes: number;
  /** Milliseconds since the oldest of them came; 0 where there is none. */
  readonly lagMs: number;
  /** Milliseconds since the last checkpoint was published, or since the log was opened. */
  readonly ageMs: number;
}

export interface Erased {
  /** Records that were about the person. */
  readonly erased: number;
  /** Records from this index on are still in the journal, or were not to be looked at. */
  readonly endIndex: number;
}

/** Has checkpoints cosigned beside all requests. */
export interface CheckpointWitness {
  /** Takes each checkpoint as it is published, and returns at once. */
  submit(note: string, size: number): void;
  /** Resolves when a checkpoint of at least that size has enough cosignatures. */
  whenWitnessed(size: number, signal: AbortSignal): Promise<void>;
}

/** The transparency log as the rest of the sidecar sees it. */
export interface AuditLog {
  /** Name of the log (C2SP tlog-checkpoint origin). */
  readonly origin: string;
  /** C2SP signed-note verifier keys to pin: Ed25519 first, then ML-DSA-44. */
  readonly verifierKeys: readonly string[];
  /** Records that are on stable storage. */
  readonly size: number;
  /** Milliseconds since 1970 of the last record, or later. */
  readonly timeMs: number;
  /** Nothing can be written any more. */
  readonly isFailed: boolean;
  /** What no published checkpoint covers yet. */
  readonly unpublished: UnpublishedRecords;
  /**
   * Resolves with the leaf index when the record is durable.
   *
   * @throws SidecarError `audit_unavailable` once anything could not be written, `data_invalid` for an entry too big
   */
  append(entry: AuditEntry): Promise<number>;
  /**
   * Resolves as soon as the record has its place behind all earlier ones; it is written right after. A power cut or
   * the end of the process may take it away. Where too much waits for the disk already, it resolves when the record is
   * durable.
   *
   * @throws SidecarError as `append`; a write that fails later makes the log unusable as every other one does
   */
  enqueue(entry: AuditEntry): Promise<void>;
  /** Hands each checkpoint to a witness from now on; receipts wait for it for some seconds. */
  attachWitness(witness: CheckpointWitness): void;
  /** Adds lines of witnesses to the checkpoint of that size; they are dropped when another one is published by now. */
  cosign(lines: readonly string[], size: number): void;
  /** Signs, publishes and answers a checkpoint over all durable records. */
  checkpoint(): Promise<string>;
  /** Up to `limit` records from leaf index `start` on. */
  records(start: number, limit: number): Promise<FoundRecord[]>;
  /**
   * The receipt of a durable record, as soon as a signed checkpoint covers it: a C2SP tlog-proof with the record as its
   * extra data, which verifies offline.
   *
   * @param index leaf index, below `size`
   */
  receipt(index: number): Promise<string>;
  /** RFC 6962 section 2.1.2: that the log of `size` records continues the one of `earlierSize`. */
  consistency(earlierSize: number, size: number): Promise<readonly Buffer[]>;
  /** Records below it were pruned; a multiple of 256. */
  readonly minimumIndex: number;
  /**
   * Goes over to other keys: a record that the old and the new keys sign names them, the next checkpoint is signed by the
   * new ones. Nothing happens for the present keys.
   */
  rotateKeys(signers: LogSigners): Promise<void>;
  /**
   * Removes records, for good; proofs of the others still verify. What is published about it is signed by the log.
   *
   * @param minimumIndex a multiple of 256 below the size of the published checkpoint
   */
  prune(minimumIndex: number): Promise<void>;
  /**
   * Erases who did it from the records about one person, for good, as far as they are out of the journal.
   *
   * @param endIndex of records below it only
   */
  erasePersonal(principal: string, endIndex: number): Promise<Erased>;
  /** Closes with a last checkpoint. */
  close(): Promise<void>;
}
