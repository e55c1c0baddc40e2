import type { ChangeRequest, DocumentChanges } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { Approval, ApprovalEvidence, Vote } from '../generated/types.ts';
import { approvalRow, closed, putApproval } from './approval-rows.ts';
import type { DeskParts } from './desk-parts.ts';
import { verifyEvidence } from './evidence.ts';
import { namesOfKey } from './excluded.ts';
import { isOpen, type StoredApproval } from './stored-approval.ts';
import { countVotes, isEnabledPerson, isEnrolled, refusalOf, type Voter } from './votes.ts';

/** One person's word about an approval request. */
export interface Ballot extends Voter {
  /** Of the approval request. */
  readonly id: string;
  /** In the person's words. */
  readonly reason?: string;
}

export interface Consenting extends Ballot {
  readonly evidence: ApprovalEvidence;
}

export interface Cancelling {
  /** Of the approval request. */
  readonly id: string;
  /** Id of the principal that takes it back. */
  readonly requester: string;
}

/** Repeating a request changes nothing and answers the approval as it is now. */
export interface Decisions {
  /**
   * Counts a person's consent once, however often it is given.
   *
   * @throws SidecarError `not_found`, `approval_closed`, `permission_denied` for who cannot vote, `evidence_invalid`
   */
  approve(consenting: Consenting, request: ChangeRequest): Promise<Approval>;
  /**
   * Refuses for good.
   *
   * @throws SidecarError `not_found`, `approval_closed`, `permission_denied`
   */
  deny(ballot: Ballot, request: ChangeRequest): Promise<Approval>;
  /** @throws SidecarError `not_found`, `approval_closed`, `permission_denied` for who did not ask */
  cancel(cancelling: Cancelling, request: ChangeRequest): Promise<Approval>;
}

/** What a request is remembered by. */
interface Decided {
  readonly id: string;
}

export function createDecisions(parts: DeskParts): Decisions {
  const { documents, reader, now, events, audience, record, show } = parts;

  async function current(id: string): Promise<Approval> {
    return show(await stored(id));
  }

  async function stored(id: string): Promise<StoredApproval> {
    const found = await reader.get(id);
    if (found === undefined) throw new SidecarError('not_found', id);
    return found;
  }

  /** One transaction over an open request; `decide` answers what it becomes, or nothing when it stays as it is. */
  async function decide(
    id: string,
    request: ChangeRequest,
    kind: 'approved' | 'denied' | 'cancelled',
    decide: (open: StoredApproval) => StoredApproval | undefined,
  ): Promise<Approval> {
    let changed: StoredApproval | undefined;
    await documents.change<Decided>((changes: DocumentChanges) => {
      changed = decide(requireOpen(approvalRow(changes, id)));
      if (changed !== undefined) putApproval(changes, changed);
      return { id };
    }, request);
    if (changed !== undefined) events.record({ kind, approval: id, subject: request.principal }, changed.subject);
    return await current(id);
  }

  function requireOpen(found: StoredApproval): StoredApproval {
    const { id, state } = found.approval;
    if (isOpen(found, now())) return found;
    throw new SidecarError(
      'approval_closed',
      `${id} is ${state === 'pending' || state === 'approved' ? 'expired' : state}`,
    );
  }

  function requireVoter(open: StoredApproval, voter: Voter): void {
    const refusal = refusalOf(parts, open, voter);
    if (refusal !== undefined) throw new SidecarError('permission_denied', refusal);
  }

  async function verifiedVote(open: StoredApproval, consenting: Consenting): Promise<Vote> {
    const { person, evidence, reason } = consenting;
    const keys = record(person)?.approvalKeys ?? [];
    const { digest } = open.approval;
    const { keyId, text } = await verifyEvidence(evidence, { digest, audience, person, keys, now: now() });
    const names = await Promise.all(keys.filter(({ id }) => id === keyId).map(namesOfKey));
    if (names.flat().some((name) => open.excluded.keys.includes(name))) {
      throw new SidecarError('permission_denied', 'the requester held this key');
    }
    return { person, decision: 'approve', time: now(), keyId, evidence: text, ...(reason && { reason }) };
  }

  /** Asked again in the transaction: people and policies may have changed while the signature was verified. */
  function withVote(open: StoredApproval, vote: Vote, voter: Voter): StoredApproval | undefined {
    requireVoter(open, voter);
    const record = parts.record(vote.person);
    if (record === undefined || vote.keyId === undefined || !isEnrolled(record, vote.keyId)) {
      throw new SidecarError('evidence_invalid', 'the key is not enrolled any more');
    }
    const { votes, needed } = open.approval;
    const others = votes.filter(({ person }) => person !== vote.person);
    const own = votes.find(({ person }) => person === vote.person);
    const isCounted = own?.keyId !== undefined && isEnrolled(record, own.keyId);
    if (isCounted) return undefined;
    const voted: StoredApproval = { ...open, approval: { ...open.approval, votes: [...others, vote] } };
    const state = countVotes(parts, voted) >= needed ? 'approved' : 'pending';
    return { ...voted, approval: { ...voted.approval, state } };
  }

  return {
    async approve(consenting, request) {
      const { id, person, credential } = consenting;
      const earlier = await documents.result<Decided>(request);
      if (earlier !== undefined) return await current(earlier.id);
      const open = requireOpen(await stored(id));
      const voter = { person, credential };
      requireVoter(open, voter);
      const vote = await verifiedVote(open, consenting);
      return await decide(id, request, 'approved', (found) => withVote(found, vote, voter));
    },
    deny({ id, person, reason }, request) {
      return decide(id, request, 'denied', (open) => {
        if (!isEnabledPerson(record(person))) throw new SidecarError('permission_denied', 'only a person can deny');
        const vote: Vote = { person, decision: 'deny', time: now(), ...(reason && { reason }) };
        const others = open.approval.votes.filter((other) => other.person !== person);
        const denied = closed(open, 'denied', now());
        return { ...denied, approval: { ...denied.approval, votes: [...others, vote] } };
      });
    },
    cancel({ id, requester }, request) {
      return decide(id, request, 'cancelled', (open) => {
        if (open.approval.operation.requester === requester) return closed(open, 'cancelled', now());
        throw new SidecarError('permission_denied', 'only who asked for it can take it back');
      });
    },
  };
}
