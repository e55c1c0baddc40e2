import type { PrincipalRecord, Vote } from '../generated/types.ts';
import { credentialNames, type RecordOf } from './excluded.ts';
import type { StoredApproval } from './stored-approval.ts';

/** What decides whose consent counts, as it is at this moment. */
export interface Electorate {
  readonly record: RecordOf;
  /** Whether the policies let this person approve it. */
  mayVote(person: string, approval: StoredApproval): boolean;
}

/** Who wants to vote, and what was presented. */
export interface Voter {
  /** Id of the principal. */
  readonly person: string;
  /** Subject of the credential. */
  readonly credential: string;
}

/** Why this voter's consent cannot count; undefined when it can. */
export function refusalOf(electorate: Electorate, approval: StoredApproval, voter: Voter): string | undefined {
  const { excluded } = approval;
  const record = electorate.record(voter.person);
  if (!isEnabledPerson(record)) return 'only a person can approve';
  const credentials = [voter.credential, ...record.credentials.flatMap(credentialNames)];
  if (credentials.some((name) => excluded.credentials.includes(name))) return 'the requester held this credential';
  return refusalOfPerson(electorate, approval, voter.person);
}

/** Approvals that count now: one a person, of people who may still approve, by keys that are still theirs. */
export function countVotes(electorate: Electorate, approval: StoredApproval): number {
  const voters = approval.approval.votes
    .filter((vote) => isValid(electorate, approval, vote))
    .map(({ person }) => person);
  return new Set(voters).size;
}

function isValid(electorate: Electorate, approval: StoredApproval, { person, decision, keyId }: Vote): boolean {
  const record = electorate.record(person);
  if (decision !== 'approve' || keyId === undefined || !isEnabledPerson(record)) return false;
  if (approval.excluded.keys.includes(keyId) || !isEnrolled(record, keyId)) return false;
  return refusalOfPerson(electorate, approval, person) === undefined;
}

export function isEnrolled({ approvalKeys = [] }: PrincipalRecord, keyId: string): boolean {
  return approvalKeys.some(({ id }) => id === keyId);
}

export function isEnabledPerson(record: PrincipalRecord | undefined): record is PrincipalRecord {
  return record?.kind === 'person' && record.disabled !== true;
}

function refusalOfPerson(electorate: Electorate, stored: StoredApproval, person: string): string | undefined {
  const { requester } = stored.approval.operation;
  if (person === requester) return 'nobody approves an own request';
  const isOwner = stored.excluded.people.includes(person) || electorate.record(requester)?.owner === person;
  if (isOwner) return 'the owner of the requester cannot approve';
  return electorate.mayVote(person, stored) ? undefined : 'no policy lets this person approve it';
}
