import { decodeJwt } from 'jose';
import { verifyEvidence } from '../approval/evidence.ts';
import type { StoredApproval } from '../approval/stored-approval.ts';
import { SidecarError } from '../errors.ts';
import type { Vote } from '../generated/types.ts';
import type { RestoreElectorate } from './restore-electorate.ts';

/** What signatures have to be about, and what judges them. */
export interface VoteQuestion {
  readonly asked: StoredApproval;
  readonly electorate: RestoreElectorate;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The consent of other people. Every vote has to be good: what is not was put there by somebody. Each person counts once.
 *
 * @throws SidecarError `evidence_invalid`, `permission_denied`
 */
export async function verifiedVotes(question: VoteQuestion, shown: readonly Vote[]): Promise<Vote[]> {
  const votes = new Map<string, Vote>();
  for (const vote of shown) votes.set(vote.person, await verifiedVote(question, vote));
  return [...votes.values()];
}

/**
 * The requester's own signature: nobody asks in another's name.
 *
 * @throws SidecarError `approval_required` without one, `evidence_invalid`
 */
export async function verifiedRequest(question: VoteQuestion, shown: readonly Vote[]): Promise<Vote> {
  const { requester } = question.asked.approval.operation;
  const [own] = shown.filter(({ person }) => person === requester);
  if (own !== undefined) return await signed(question, own);
  throw new SidecarError('approval_required', `who asks in an emergency signs it too: approve-restore by ${requester}`);
}

async function verifiedVote(question: VoteQuestion, vote: Vote): Promise<Vote> {
  const { asked, electorate } = question;
  const { person } = vote;
  const refusal = electorate.refusalOf(asked, person);
  if (refusal !== undefined) throw new SidecarError('permission_denied', `vote of ${person}: ${refusal}`);
  const verified = await signed(question, vote);
  if (!(await electorate.offlineKeys(asked, person)).includes(verified.keyId ?? '')) {
    throw new SidecarError('permission_denied', `vote of ${person}: the requester held this key`);
  }
  return verified;
}

/** The vote with nothing in it but what was signed: whoever brings the file can write what he likes beside it. */
async function signed({ asked, electorate, now }: VoteQuestion, { person, evidence: jws = '' }: Vote): Promise<Vote> {
  const { digest, operation } = asked.approval;
  const keys = electorate.record(person)?.approvalKeys ?? [];
  const { keyId, text } = await verifyEvidence({ jws }, { digest, audience: operation.audience, person, keys, now });
  const { iat = 0 } = decodeJwt(text);
  return { person, decision: 'approve', time: iat * 1000, keyId, evidence: text };
}
