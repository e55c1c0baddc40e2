import { newEmergencyId, type StoredEmergency } from '../approval/break-glass.ts';
import { excludedBy } from '../approval/excluded.ts';
import { digestOf } from '../approval/operation.ts';
import { newApprovalId, type StoredApproval } from '../approval/stored-approval.ts';
import { SidecarError } from '../errors.ts';
import type { Approval, FrozenOperation, Vote } from '../generated/types.ts';
import { newOrigin } from '../state.ts';
import type { BackupGovernance } from './backup-governance.ts';
import { RestoreElectorate } from './restore-electorate.ts';
import {
  longestMs,
  type RestoreFacts,
  type RestoreWish,
  requireRestore,
  restoreAction,
  restoreOperation,
} from './restore-operation.ts';
import { type VoteQuestion, verifiedRequest, verifiedVotes } from './restore-votes.ts';

/** What is shown to let a restore through. */
export interface ShownConsent {
  /** The request that the restore wrote, with the votes of one or more people in each. */
  readonly approvals: readonly Approval[];
}

export type RestoreRequest = Omit<RestoreWish, 'newLog'>;

/** What let a restore through. */
export interface RestoreConsent {
  /** Origin of the log that it begins. */
  readonly newLog: string;
  /** With the votes that counted; undefined: nobody in the backup has an approval key. */
  readonly approval?: StoredApproval;
  readonly emergency?: RestoreEmergency;
}

/** A restore that waits for its review. */
export interface RestoreEmergency {
  readonly stored: StoredEmergency;
  /** Of the requester. */
  readonly signature: Vote;
}

/** What is known where consent is asked for. */
export interface ConsentQuestion extends RestoreFacts {
  readonly governance: BackupGovernance;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The request that other people sign to let a restore through; in an emergency the requester signs it too.
 *
 * @throws SidecarError `permission_denied` for whom the policies do not let restore, `quorum_unreachable` when there are
 *   not enough people who could approve, `invalid_params` for a malformed reason
 */
export async function requestRestore(question: ConsentQuestion, request: RestoreRequest): Promise<Approval> {
  const electorate = new RestoreElectorate(question.governance, question.now);
  if (!electorate.isGoverned) {
    throw new SidecarError('quorum_unreachable', 'nobody in the backup has an approval key: it is restored without');
  }
  const wish = { ...request, newLog: newOrigin() };
  const operation = restoreOperation(question, wish, { now: question.now, lifetimeMs: longestMs });
  const asked = await askedOf(operation, wish, electorate, question.now);
  await requireReachable(asked, electorate);
  return asked.approval;
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
  const { governance, now } = question;
  const electorate = new RestoreElectorate(governance, now);
  if (shown === undefined && !electorate.isGoverned) return { newLog: newOrigin() };
  const [first, ...others] = shown?.approvals ?? [];
  if (first === undefined) {
    throw new SidecarError('approval_required', 'people in the backup have to: write a request for them with --plan');
  }
  const wish = requireRestore(first.operation, question, now);
  for (const { operation } of others) requireSame(first.operation, operation);
  const asked = await askedOf(first.operation, wish, electorate, now);
  const votes = [first, ...others].flatMap((approval) => approval.votes);
  return await consentOf({ asked, electorate, now }, wish, votes);
}

async function consentOf(question: VoteQuestion, wish: RestoreWish, votes: readonly Vote[]): Promise<RestoreConsent> {
  const { newLog, requester, isEmergency } = wish;
  if (!isEmergency) return { newLog, approval: await usedApproval(question, votes) };
  const signature = await verifiedRequest(question, votes);
  const approval = await usedApproval(
    question,
    votes.filter(({ person }) => person !== requester),
  );
  return { newLog, approval, emergency: { stored: emergencyOf(approval, wish, question.now), signature } };
}

async function usedApproval(question: VoteQuestion, shown: readonly Vote[]): Promise<StoredApproval> {
  const { asked, electorate, now } = question;
  const { needed } = asked.approval;
  const votes = await verifiedVotes(question, shown);
  const given = electorate.votersOf({ ...asked, approval: { ...asked.approval, votes } }).length;
  if (given < needed) throw new SidecarError('approval_required', `${restoreAction} needs ${needed}, ${given} count`);
  const approval: Approval = { ...asked.approval, votes, state: 'consumed', closedAt: now };
  return { ...asked, approval, usedBy: restoreAction };
}

function emergencyOf({ approval, excluded }: StoredApproval, wish: RestoreWish, now: number): StoredEmergency {
  const { requester: principal, reason, newLog: session } = wish;
  const { backup } = JSON.parse(approval.operation.params) as { backup: string };
  const times = { openedAt: now, expiresAt: now };
  return { breakGlass: { id: newEmergencyId(now), principal, session, reason, ticket: backup, ...times }, excluded };
}

function requireSame(first: FrozenOperation, other: FrozenOperation): void {
  if (digestOf(first) !== digestOf(other)) {
    throw new SidecarError('evidence_invalid', 'the approvals are of different requests');
  }
}

/** Under a new id: the one in a file is not signed, and may be that of another approval in the store. */
async function askedOf(
  operation: FrozenOperation,
  wish: RestoreWish,
  electorate: RestoreElectorate,
  now: number,
): Promise<StoredApproval> {
  const { requester } = wish;
  const needed = electorate.needed(wish);
  const digest = digestOf(operation);
  return {
    approval: { id: newApprovalId(now), state: 'pending', operation, digest, needed, votes: [] },
    fingerprint: digest,
    subject: { operation: restoreAction, requester, labels: {} },
    excluded: await excludedBy(requester, 'restore:requester', (principal) => electorate.record(principal)),
  };
}

/** What nobody could let through is said when it is asked for, not when everything else is lost. */
async function requireReachable(asked: StoredApproval, electorate: RestoreElectorate): Promise<void> {
  const { needed, operation } = asked.approval;
  const approvers = await electorate.approversOf(asked);
  if (approvers.length >= needed) return;
  const could = approvers.length === 0 ? 'nobody' : `only ${approvers.join(', ')}`;
  throw new SidecarError(
    'quorum_unreachable',
    `a restore that ${operation.requester} asks for needs ${needed}, and ${could} in the backup could approve it offline: ` +
      'let somebody else ask, or take a backup in which more people have keys of "approver create"',
  );
}
