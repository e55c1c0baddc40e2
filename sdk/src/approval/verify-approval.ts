import { FerroHsmError } from '../errors.ts';
import type { Approval, ApprovalKey, Vote } from '../generated/types.ts';
import { callNative } from '../local/native-crypto.ts';
import { algorithmNamed } from './approval-algorithms.ts';
import { readCompact, verifyCompact } from './compact-jws.ts';
import { approvalType, checkedDigest } from './sign-approval.ts';
import { verifyPasskey } from './verify-passkey.ts';

/** An approval key, and whose it is where the verifier knows that. */
export interface KnownApprovalKey extends ApprovalKey {
  /** Principal id of the person who holds it. */
  readonly person?: string;
}

/** What the evidence of an approval shows. */
export interface VerifiedApproval {
  /** Digest of the operation, computed anew. */
  readonly digest: string;
  /** Persons whose consent is proved, each once. */
  readonly persons: readonly string[];
}

/** Clocks of approver and sidecar may be so far apart. */
const toleranceMs = 300_000;

/**
 * Checks an approval without any sidecar: that the digest is of the operation, and that each consent was signed by one of
 * the keys, by another person each time and by none that asked for it.
 *
 * @param keys public keys of people, from where the verifier trusts them
 * @throws FerroHsmError `evidence_invalid` for any vote that does not verify, and for an approval that was let through
 *   with fewer than it needed
 * @example const { persons } = await verifyApproval(approval, [{ ...bobsKey, person: 'bob' }]);
 */
export async function verifyApproval(approval: Approval, keys: readonly KnownApprovalKey[]): Promise<VerifiedApproval> {
  const digest = await checkedDigest(approval, approval.operation.audience);
  const persons = new Set<string>();
  const usedKeys = new Set<string>();
  for (const vote of approval.votes.filter(({ decision }) => decision === 'approve')) {
    const key = keyOf(vote, keys);
    if (persons.has(vote.person) || usedKeys.has(key.id)) refuse(vote, 'it is a second vote');
    if (vote.person === approval.operation.requester) refuse(vote, 'who asks cannot approve');
    await verifyVote(vote, key, approval);
    persons.add(vote.person);
    usedKeys.add(key.id);
  }
  checkCount(approval, persons.size);
  return { digest, persons: [...persons] };
}

function keyOf(vote: Vote, keys: readonly KnownApprovalKey[]): KnownApprovalKey {
  const key = keys.find(({ id }) => id === vote.keyId) ?? refuse(vote, 'the key is not known');
  return key.person === undefined || key.person === vote.person ? key : refuse(vote, 'the key is of another person');
}

async function verifyVote(vote: Vote, key: KnownApprovalKey, approval: Approval): Promise<void> {
  const { evidence = '' } = vote;
  if (key.kind === 'passkey') await verifyPasskey(evidence, approval.digest, key);
  else await verifyJws(vote, evidence, key, approval);
}

async function verifyJws(vote: Vote, evidence: string, key: ApprovalKey, { operation, digest }: Approval) {
  const jws = readCompact(evidence);
  const { alg, typ, kid } = jws.header;
  const algorithm = algorithmNamed(key.algorithm, 'jwk');
  if (algorithm === undefined || alg !== key.algorithm || typ !== approvalType || kid !== key.id) {
    return refuse(vote, 'the signature is by another key or for another purpose');
  }
  const publicKey = await importJwk(key.jwk ?? '', algorithm.key);
  if (publicKey === undefined) return refuse(vote, 'the key cannot be read');
  if (!(await verifyCompact(jws, publicKey, algorithm))) refuse(vote, 'the signature is not valid');
  const { v, decision, person, audience, iat, operation: signed } = jws.payload;
  if (v !== 1 || decision !== 'approve' || person !== vote.person) refuse(vote, 'it says something else');
  if (signed !== digest || audience !== operation.audience) refuse(vote, 'it is for another operation');
  if (!isWithin(iat, operation)) refuse(vote, 'it was signed at another time');
}

async function importJwk(text: string, algorithm: object): Promise<CryptoKey | undefined> {
  try {
    const key = { ...JSON.parse(text), key_ops: ['verify'] };
    return (await callNative('importKey', ['jwk', key, algorithm, false, ['verify']])) as CryptoKey;
  } catch {
    return undefined;
  }
}

function isWithin(iat: unknown, { issuedAt, expiresAt }: Approval['operation']): boolean {
  if (typeof iat !== 'number') return false;
  return iat * 1000 >= issuedAt - toleranceMs && iat * 1000 <= expiresAt + toleranceMs;
}

function checkCount({ state, needed }: Approval, given: number): void {
  if ((state === 'approved' || state === 'consumed') && given < needed) {
    throw new FerroHsmError('evidence_invalid', `${given} of ${needed} approvals have evidence`);
  }
}

function refuse(vote: Vote, reason: string): never {
  throw new FerroHsmError('evidence_invalid', `vote of ${vote.person}: ${reason}`);
}
