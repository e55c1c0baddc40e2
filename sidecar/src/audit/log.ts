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
  /** Signs, publishes and answers a checkpoint over all durable records. */
  checkpoint(): Promise<string>;
  /** Up to `limit` records from leaf index `start` on. */
  records(start: number, limit: number): Promise<{ index: number; record: AuditRecord }[]>;
  /** Closes with a last checkpoint. */
  close(): Promise<void>;
}
