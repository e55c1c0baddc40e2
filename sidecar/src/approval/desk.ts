import { SidecarError } from '../errors.ts';
import type { Approval } from '../generated/types.ts';
import { ApprovalReader } from './approval-rows.ts';
import { createDecisions, type Decisions } from './decisions.ts';
import type { ApprovalDeskOptions } from './desk-parts.ts';
import { createExpiry } from './expiry.ts';
import { createFiling, type Filing } from './filing.ts';
import { createReading, type Reading } from './reading.ts';
import { createRedemption, type Redemption } from './redemption.ts';
import { type StoredApproval, shown } from './stored-approval.ts';
import { countVotes } from './votes.ts';

export type { ApprovalDeskOptions, Recorded } from './desk-parts.ts';
export type { HeldOperation } from './operation.ts';
export type { ApprovalSubject, StoredApproval } from './stored-approval.ts';

/**
 * Where held operations wait for people: pending -> approved -> consumed | expired | denied | cancelled. Each step
 * compares the state and writes in one transaction.
 */
export interface ApprovalDesk extends Filing, Decisions, Redemption, Reading {
  /** Approvals that count at this moment; none for an approval that this desk did not give. */
  validVotes(approval: Approval): number;
  /** Closes what ran out and answers how many those were. */
  expire(): Promise<number>;
  /** Requests that wait for people, or for their requester. */
  countOpen(): Promise<number>;
}

const hourMs = 60 * 60 * 1000;
/** For so long a request waits unless configured. */
export const defaultLifetimeMs = hourMs;
const maxLifetimeMs = 24 * hourMs;

/** @throws SidecarError `config_invalid` for a lifetime of approvals out of range */
export function requireLifetime(lifetimeMs: number): void {
  if (Number.isInteger(lifetimeMs) && lifetimeMs >= 1 && lifetimeMs <= maxLifetimeMs) return;
  throw new SidecarError('config_invalid', `approvals cannot wait ${lifetimeMs} ms`);
}

/**
 * @throws SidecarError `config_invalid` for a lifetime out of range
 * @example const desk = createApprovalDesk({ documents, audience, policyHash, now, secretDigest, record, mayVote, recorded, events })
 */
export function createApprovalDesk(options: ApprovalDeskOptions): ApprovalDesk {
  const { lifetimeMs = () => defaultLifetimeMs, now } = options;
  requireLifetime(lifetimeMs());
  const given = new WeakMap<Approval, StoredApproval>();
  function show(stored: StoredApproval): Approval {
    const approval = shown(stored, now());
    given.set(approval, stored);
    return approval;
  }

  const parts = { ...options, lifetimeMs, reader: new ApprovalReader(options.documents), show };
  return {
    ...createFiling(parts),
    ...createDecisions(parts),
    ...createRedemption(parts),
    ...createReading(parts),
    expire: createExpiry(parts),
    async countOpen() {
      const open = await parts.reader.open();
      return open.filter(({ expiresAt }) => expiresAt > now()).length;
    },
    validVotes(approval) {
      const stored = given.get(approval);
      return stored === undefined ? 0 : countVotes(options, stored);
    },
  };
}
