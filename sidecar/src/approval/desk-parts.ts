import type { Documents } from '../documents.ts';
import type { Approval } from '../generated/types.ts';
import type { ApprovalReader } from './approval-rows.ts';
import type { Events } from './events.ts';
import type { SecretDigest } from './operation.ts';
import type { StoredApproval } from './stored-approval.ts';
import type { Electorate } from './votes.ts';

/** Makes a change that is no method's own, between its durable intent and its result in the log. */
export type Recorded = <T>(
  operation: string,
  facts: { principal?: string; resource?: string; details?: Record<string, string | number | boolean> },
  work: () => Promise<T>,
) => Promise<T>;

/** What the desk is handed. */
export interface ApprovalDeskOptions extends Electorate {
  readonly documents: Documents;
  /** Origin of the log of this sidecar. */
  readonly audience: string;
  /** SHA-256 of the policies in force, base64url. */
  readonly policyHash: () => string;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
  readonly secretDigest: SecretDigest;
  readonly recorded: Recorded;
  readonly events: Events;
  /** How long a new request waits in milliseconds, 1 h unless told, at most 24 h. */
  readonly lifetimeMs?: () => number;
}

/** What the parts of the desk share. */
export interface DeskParts extends Required<ApprovalDeskOptions> {
  readonly reader: ApprovalReader;
  /** As it is shown to people. */
  show(stored: StoredApproval): Approval;
}
