import type { DocumentChanges } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import { approvalRow, closed, deleteRedemption, openRequests, putApproval, putRedemption } from './approval-rows.ts';
import type { DeskParts } from './desk-parts.ts';
import { isRepeatable } from './filing.ts';
import { requireQuorum } from './quorum.ts';
import { isOpen, type StoredApproval } from './stored-approval.ts';
import { countVotes } from './votes.ts';

/** Both belong between the durable intent and the result of the operation that was held. */
export interface Redemption {
  /**
   * Uses an approval up, once. The same call of a change passes again: it answers its first outcome. With too few votes
   * that count it waits for more.
   *
   * @param by request id of the call, or what else names it
   * @throws SidecarError `not_found`, `approval_closed`, `approval_required` with facts, `permission_denied` for less
   * than one approval
   */
  consume(id: string, needed: number, by: string): Promise<void>;
  /**
   * Gives back what was used up by an operation that has not acted, for as many approvals as are needed now.
   *
   * @throws SidecarError `approval_closed` when it cannot be given back any more: it ran out, the call was repeated or
   * the same was asked for anew
   */
  restore(id: string, needed: number): Promise<void>;
}

export function createRedemption(parts: DeskParts): Redemption {
  const { documents, now, events } = parts;

  /** What it becomes; undefined when the votes do not suffice. */
  function redeem(changes: DocumentChanges, stored: StoredApproval, needed: number, by: string): Step {
    const { approval } = stored;
    const isInTime = now() < approval.operation.expiresAt;
    if (approval.state === 'consumed' && stored.usedBy === by && isInTime && isRepeatable(approval.operation.method)) {
      if (stored.isRepeated === undefined) putApproval(changes, { ...stored, isRepeated: true });
      return { outcome: 'repeated', stored };
    }
    if (!isOpen(stored, now())) throw new SidecarError('approval_closed', approval.id);
    if (countVotes(parts, stored) < needed) {
      const waiting: StoredApproval = { ...stored, approval: { ...approval, state: 'pending', needed } };
      putApproval(changes, waiting);
      return { outcome: 'short', stored: waiting };
    }
    const consumed = { ...closed(stored, 'consumed', now()), usedBy: by };
    putApproval(changes, consumed);
    if (isRepeatable(approval.operation.method)) putRedemption(changes, consumed, by);
    return { outcome: 'consumed', stored: consumed };
  }

  function revive(changes: DocumentChanges, stored: StoredApproval, needed: number): StoredApproval {
    const { approval, fingerprint, isRepeated, usedBy = '' } = stored;
    const { requester, expiresAt } = approval.operation;
    const isTaken = openRequests(changes, requester)[fingerprint] !== undefined;
    if (approval.state !== 'consumed' || isRepeated || isTaken || now() >= expiresAt) {
      throw new SidecarError('approval_closed', approval.id);
    }
    deleteRedemption(changes, stored, usedBy);
    const { usedBy: _, ...rest } = stored;
    const { closedAt: __, ...open } = approval;
    const state = countVotes(parts, stored) >= needed ? 'approved' : 'pending';
    const revived: StoredApproval = { ...rest, approval: { ...open, state, needed } };
    putApproval(changes, revived);
    return revived;
  }

  return {
    async consume(id, needed, by) {
      requireQuorum(needed);
      const { outcome, stored } = await documents.change((changes) =>
        redeem(changes, approvalRow(changes, id), needed, by),
      );
      const { requester } = stored.approval.operation;
      if (outcome === 'consumed') events.record({ kind: 'consumed', approval: id, subject: requester }, stored.subject);
      if (outcome === 'short') throw required(stored, countVotes(parts, stored));
    },
    async restore(id, needed) {
      requireQuorum(needed);
      const stored = await documents.change((changes) => revive(changes, approvalRow(changes, id), needed));
      const { requester } = stored.approval.operation;
      events.record({ kind: 'requested', approval: id, subject: requester }, stored.subject);
    },
  };
}

interface Step {
  readonly outcome: 'consumed' | 'repeated' | 'short';
  readonly stored: StoredApproval;
}

function required({ approval }: StoredApproval, given: number): SidecarError {
  const { id, digest, needed, operation } = approval;
  const facts = { approval: { id, digest, needed, given, expiresAt: operation.expiresAt } };
  return new SidecarError('approval_required', `${operation.method} needs ${needed}`, { facts });
}
