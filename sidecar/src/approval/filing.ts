import type { DocumentChanges } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import { methodTable } from '../generated/methods.ts';
import type { Approval, MethodName } from '../generated/types.ts';
import { approvalRow, closed, openRequests, putApproval } from './approval-rows.ts';
import type { DeskParts } from './desk-parts.ts';
import { excludedBy } from './excluded.ts';
import { digestOf, fingerprintOf, freeze, type HeldOperation } from './operation.ts';
import { requireQuorum } from './quorum.ts';
import { type ApprovalSubject, isOpen, newApprovalId, type StoredApproval } from './stored-approval.ts';
import { countVotes } from './votes.ts';

export interface Filing {
  /**
   * The open request for exactly this operation of this requester, or the one that this very call used up: then it is
   * repeated after a lost answer. Only changes can be repeated, because they answer their first outcome.
   */
  find(held: HeldOperation): Promise<Approval | undefined>;
  /**
   * Asks for approvals, or for another number of them where it was asked already.
   *
   * @throws SidecarError `rate_limited` for a requester with too many open requests, `permission_denied` for less than
   * one approval, `invalid_params`
   */
  file(held: HeldOperation, needed: number): Promise<Approval>;
}

const maxOpenRequests = 100;

/** A repeated method changes nothing twice: its request id leads to its first outcome. */
export function isRepeatable(method: string): boolean {
  return methodTable[method as MethodName]?.effect === 'change';
}

export function createFiling(parts: DeskParts): Filing {
  const { documents, reader, now, secretDigest, recorded, events, show } = parts;

  async function usedUpBy(held: HeldOperation, fingerprint: string): Promise<StoredApproval | undefined> {
    if (!isRepeatable(held.method)) return undefined;
    const stored = await reader.redeemed(held.requester, held.by);
    if (stored?.fingerprint !== fingerprint || stored.usedBy !== held.by) return undefined;
    // Where the first call failed this one acts: not longer than people have consented to.
    return now() < stored.approval.operation.expiresAt ? stored : undefined;
  }

  async function find(held: HeldOperation): Promise<Approval | undefined> {
    const fingerprint = fingerprintOf(held, secretDigest);
    const used = await usedUpBy(held, fingerprint);
    if (used !== undefined) return show(used);
    const open = await reader.find(held.requester, fingerprint);
    return open !== undefined && isOpen(open, now()) ? show(open) : undefined;
  }

  async function file(held: HeldOperation, needed: number): Promise<Approval> {
    requireQuorum(needed);
    const fresh = await newRequest(held, needed, parts);
    const open = await reader.find(held.requester, fresh.fingerprint);
    if (open !== undefined && isOpen(open, now()) && isAsItShouldBe(open, needed)) return show(open);
    const { id, digest, operation } = fresh.approval;
    const facts = { principal: held.requester, resource: id, details: { method: operation.method, digest, needed } };
    const stored = await recorded('approvals.request', facts, () =>
      documents.change((changes) => fileIn(changes, fresh, needed)),
    );
    if (stored.approval.id === id) {
      events.record({ kind: 'requested', approval: id, subject: held.requester }, stored.subject);
    }
    return show(stored);
  }

  function isAsItShouldBe(open: StoredApproval, needed: number): boolean {
    const { approval } = open;
    return approval.needed === needed && approval.state === stateOf(open, needed);
  }

  function stateOf(stored: StoredApproval, needed: number) {
    return countVotes(parts, stored) >= needed ? ('approved' as const) : ('pending' as const);
  }

  function fileIn(changes: DocumentChanges, fresh: StoredApproval, needed: number): StoredApproval {
    const { requester } = fresh.approval.operation;
    const requests = openRequests(changes, requester);
    const known = requests[fresh.fingerprint];
    const earlier = known && approvalRow(changes, known.id);
    if (earlier !== undefined && isOpen(earlier, now())) {
      const state = stateOf(earlier, needed);
      const asked = { ...earlier, approval: { ...earlier.approval, needed, state } };
      putApproval(changes, asked);
      return asked;
    }
    if (earlier !== undefined) putApproval(changes, closed(earlier, 'expired', earlier.approval.operation.expiresAt));
    requireRoom(Object.values(requests).map(({ expiresAt }) => expiresAt - now()));
    putApproval(changes, fresh);
    return fresh;
  }

  return { find, file };
}

/** @param remainingMs of each open request */
function requireRoom(remainingMs: readonly number[]): void {
  const waiting = remainingMs.filter((remaining) => remaining > 0);
  if (waiting.length < maxOpenRequests) return;
  const facts = { retryAfterMs: Math.min(...waiting) };
  throw new SidecarError('rate_limited', `${maxOpenRequests} requests wait for approvals already`, { facts });
}

async function newRequest(held: HeldOperation, needed: number, parts: DeskParts): Promise<StoredApproval> {
  const { audience, now, lifetimeMs, secretDigest, record } = parts;
  const time = now();
  const operation = freeze(held, {
    audience,
    policy: parts.policyHash(),
    now: time,
    lifetimeMs: lifetimeMs(),
    secretDigest,
  });
  const id = newApprovalId(time);
  const digest = digestOf(operation);
  return {
    approval: { id, state: 'pending', operation, digest, needed, votes: [] },
    fingerprint: fingerprintOf(held, secretDigest),
    subject: subjectOf(held),
    excluded: await excludedBy(held.requester, held.credential, record),
  };
}

function subjectOf({ action, requester, attributes }: HeldOperation): ApprovalSubject {
  const { name, owner, labels } = attributes;
  return {
    operation: action,
    requester,
    ...(typeof name === 'string' && { keyName: name }),
    ...(typeof owner === 'string' && { owner }),
    labels: { ...(labels as Readonly<Record<string, string>> | undefined) },
  };
}
