import { randomBytes } from 'node:crypto';
import type { Approval } from '../generated/types.ts';
import { base32hexTime } from './base32hex-time.ts';

/** What policies are asked about when they say who may vote or look. */
export interface ApprovalSubject {
  /** Action of the held operation. */
  readonly operation: string;
  /** Id of the principal. */
  readonly requester: string;
  readonly keyName?: string;
  /** Id of the key's owner. */
  readonly owner?: string;
  /** Of the key. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What was the requester's own when the request was made, under whatever name it comes back. */
export interface Excluded {
  /** The requester, and the owner of a workload. */
  readonly people: readonly string[];
  /** Ids of their approval keys and thumbprints of the public keys in them. */
  readonly keys: readonly string[];
  /** The credential that was presented, and every one that these people could have presented. */
  readonly credentials: readonly string[];
}

/** The document of an approval request; only `approval` is shown. */
export interface StoredApproval {
  readonly approval: Approval;
  readonly fingerprint: string;
  readonly subject: ApprovalSubject;
  readonly excluded: Excluded;
  /** Call that used it up. */
  readonly usedBy?: string;
  /** That call was repeated after it, so the approval must not come back to life. */
  readonly isRepeated?: true;
}

export type OpenState = 'pending' | 'approved';
export type ClosedState = Exclude<Approval['state'], OpenState>;

const timeDigits = 10;
const randomByteCount = 12;

/** Ids sort by their time. */
export function newApprovalId(now: number): string {
  return `apr_${base32hexTime(now, timeDigits)}${randomBytes(randomByteCount).toString('base64url')}`;
}

export function isOpenState(state: Approval['state']): state is OpenState {
  return state === 'pending' || state === 'approved';
}

/** It still waits or may still be used. */
export function isOpen({ approval }: StoredApproval, now: number): boolean {
  return isOpenState(approval.state) && now < approval.operation.expiresAt;
}

/** As it is shown: what ran out is expired, whether or not that is written down yet. */
export function shown({ approval }: StoredApproval, now: number): Approval {
  const { expiresAt } = approval.operation;
  if (!isOpenState(approval.state) || now < expiresAt) return approval;
  return { ...approval, state: 'expired', closedAt: expiresAt };
}
