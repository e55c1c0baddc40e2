import { Counts } from '../metrics/counts.ts';
import { DurationHistogram } from '../metrics/duration-histogram.ts';
import { RequestCounts } from '../metrics/request-counts.ts';

/** What is counted as it happens, for as long as the process lives: sealing begins nothing anew. */
export interface Meters {
  readonly requests: RequestCounts;
  /** By code. */
  readonly messagesRefused: Counts;
  /** By transport and reason. */
  readonly connectionsRefused: Counts;
  /** By kind. */
  readonly approvalEvents: Counts;
  readonly auditSyncs: DurationHistogram;
  readonly keystoreCommits: DurationHistogram;
}

export function createMeters(): Meters {
  return Object.freeze({
    requests: new RequestCounts(),
    messagesRefused: new Counts(),
    connectionsRefused: new Counts(),
    approvalEvents: new Counts(),
    auditSyncs: new DurationHistogram(),
    keystoreCommits: new DurationHistogram(),
  });
}
