import { newEmergencyId, type StoredEmergency } from '../approval/break-glass.ts';
import { verifyEvidence } from '../approval/evidence.ts';
import { excludedBy } from '../approval/excluded.ts';
import { digestOf } from '../approval/operation.ts';
import { newApprovalId, type StoredApproval } from '../approval/stored-approval.ts';
import { refusalOf } from '../approval/votes.ts';
import { SidecarError } from '../errors.ts';
import type { Approval, FrozenOperation, Vote } from '../generated/types.ts';
import { newOrigin } from '../state.ts';
import type { BackupGovernance } from './backup-governance.ts';
import { RestoreElectorate } from './restore-electorate.ts';
import { longestMs, type RestoreFacts, requireRestore, restoreAction, restoreOperation } from './restore-operation.ts';

/** What is shown to let a restore through. */
export type ShownConsent =
  /** The request that the restore wrote, with the votes of one or more people in each. */
  | { readonly approvals: readonly Approval[] }
  /** Nobody is there who could approve. */
  | { readonly emergency: RestoreRequest };

export interface RestoreRequest {
  /** Id of a principal in the backup. */
  readonly requester: string;
  readonly reason: string;
}

/** What let a restore through. */
export interface RestoreConsent {
  /** Origin of the log that it begins. */
  readonly newLog: string;
  /** With the votes that counted; undefined: nobody in the backup could approve, or it is an emergency. */
  readonly approval?: StoredApproval;
  readonly emergency?: StoredEmergency;
}

/** What is known where consent is asked for. */
export interface ConsentQuestion extends RestoreFacts {
  readonly governance: BackupGovernance;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The request that other people sign to let a restore through.
 *
 * @throws SidecarError `permission_denied` for whom the policies do not let restore, `quorum_unreachable` when there is
 *   nobody who could approve
 */
export function requestRestore(question: ConsentQuestion, { requester, reason }: RestoreRequest): Approval {
  const electorate = new RestoreElectorate(question.governance, question.now);
  if (!electorate.hasApprovers) {
    throw new SidecarError('quorum_unreachable', 'nobody in the backup has an approval key: it is restored without');
  }
  const needed = electorate.needed(requester);
  const wish = { requester, reason, newLog: newOrigin() };
  const operation = restoreOperation(question, wish, { now: question.now, lifetimeMs: longestMs });
  const id = newApprovalId(question.now);
  return { id, state: 'pending', operation, digest: digestOf(operation), needed, votes: [] };
}

/**
 * Whether what is shown lets the restore through, by the people and policies of the backup itself.
 *
 * @throws SidecarError `approval_required`, `evidence_invalid`, `permission_denied`
 */
export async function requireConsent(
  question: ConsentQuestion,
  shown: ShownConsent | undefined,
): Promise<RestoreConsent> {
  const electorate = new RestoreElectorate(question.governance, question.now);
  if (shown !== undefined && 'emergency' in shown) return await emergencyOf(question, electorate, shown.emergency);
  if (shown === undefined && !electorate.hasApprovers) return { newLog: newOrigin() };
  const [first, ...others] = shown?.approvals ?? [];
  if (first === undefined) {
    throw new SidecarError('approval_required', 'people in the backup have to: write a request for them with --plan');
  }
  const wish = requireRestore(first.operation, question, question.now);
  for (const { operation } of others) requireSame(first.operation, operation);
  const asked = await storedOf(first, electorate);
  const votes = await verifiedVotes(asked, [first, ...others], electorate, question.now);
  const approval = { ...asked, approval: { ...asked.approval, votes } };
  const given = electorate.votersOf(approval).length;
  const { needed } = approval.approval;
  if (given < needed) throw new SidecarError('approval_required', `${restoreAction} needs ${needed}, ${given} count`);
  return { newLog: wish.newLog, approval: used(approval, question.now) };
}

async function emergencyOf(
  { now, header }: ConsentQuestion,
  electorate: RestoreElectorate,
  { requester, reason }: RestoreRequest,
): Promise<RestoreConsent> {
  electorate.requireEmergency(requester);
  const newLog = newOrigin();
  const times = { openedAt: now, expiresAt: now };
  const facts = { id: newEmergencyId(now), principal: requester, session: newLog, reason, ticket: header.id };
  const excluded = await excludedBy(requester, 'restore:requester', (id) => electorate.record(id));
  return { newLog, emergency: { breakGlass: { ...facts, ...times }, excluded } };
}

function requireSame(first: FrozenOperation, other: FrozenOperation): void {
  if (digestOf(first) !== digestOf(other)) {
    throw new SidecarError('evidence_invalid', 'the approvals are of different requests');
  }
}

async function storedOf({ id, operation }: Approval, electorate: RestoreElectorate): Promise<StoredApproval> {
  const { requester } = operation;
  const digest = digestOf(operation);
  return {
    approval: { id, state: 'approved', operation, digest, needed: electorate.needed(requester), votes: [] },
    fingerprint: digest,
    subject: { operation: restoreAction, requester, labels: {} },
    excluded: await excludedBy(requester, 'restore:requester', (principal) => electorate.record(principal)),
  };
}

/** Every vote has to be good: what is not was put there by somebody. Each person counts once. */
async function verifiedVotes(
  asked: StoredApproval,
  shown: readonly Approval[],
  electorate: RestoreElectorate,
  now: number,
): Promise<Vote[]> {
  const votes = new Map<string, Vote>();
  for (const vote of shown.flatMap((approval) => approval.votes)) {
    votes.set(vote.person, await verifiedVote(asked, vote, electorate, now));
  }
  return [...votes.values()];
}

async function verifiedVote(
  asked: StoredApproval,
  { person, evidence: jws = '', time }: Vote,
  electorate: RestoreElectorate,
  now: number,
): Promise<Vote> {
  const refusal = refusalOf(electorate, asked, { person, credential: 'restore:approver' });
  if (refusal !== undefined) throw new SidecarError('permission_denied', `vote of ${person}: ${refusal}`);
  const { digest, operation } = asked.approval;
  const keys = electorate.record(person)?.approvalKeys ?? [];
  const { keyId, text } = await verifyEvidence({ jws }, { digest, audience: operation.audience, person, keys, now });
  if (await electorate.isExcluded(asked, keyId, person)) {
    throw new SidecarError('permission_denied', `vote of ${person}: the requester held this key`);
  }
  return { person, decision: 'approve', time, keyId, evidence: text };
}

function used(stored: StoredApproval, now: number): StoredApproval {
  const approval: Approval = { ...stored.approval, state: 'consumed', closedAt: now };
  return { ...stored, approval, usedBy: restoreAction };
}
