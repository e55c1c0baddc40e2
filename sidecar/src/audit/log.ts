import type { AuditRecord } from '../generated/types.ts';
import type { AuditEntry } from './record-encoding.ts';

export type { LogSigner, LogSigners } from './checkpoint.ts';
export { type OpenAuditLogOptions, openAuditLog } from './open-log.ts';
export type { AuditEntry } from './record-encoding.ts';

/** The transparency log as the rest of the sidecar sees it. */
export interface AuditLog {
  /** Name of the log (C2SP tlog-checkpoint origin). */
  readonly origin: string;
  /** C2SP signed-note verifier keys to pin: Ed25519 first, then ML-DSA-44. */
  readonly verifierKeys: readonly string[];
  /** Records that are on stable storage. */
  readonly size: number;
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
  /** Signs, publishes and answers a checkpoint over all durable records. */
  checkpoint(): Promise<string>;
  /** Up to `limit` records from leaf index `start` on. */
  records(start: number, limit: number): Promise<{ index: number; record: AuditRecord }[]>;
  /** Closes with a last checkpoint. */
  close(): Promise<void>;
}
