import { FerroHsmError } from '../errors.ts';
import type { Approval } from '../generated/types.ts';
import { signCompact } from './compact-jws.ts';
import { operationDigest, sha256 } from './operation-digest.ts';

/** Who signs, and for which sidecar. */
export interface Signer {
  /** Principal id of the person. */
  readonly person: string;
  /** Origin of the log of the sidecar, from where the person knows it, such as `hello.log.origin`. */
  readonly audience: string;
  /** Id of the enrolled key: the RFC 7638 thumbprint of its public JWK. */
  readonly keyId: string;
}

export const approvalType = 'ferrohsm-approval+jws';
const policyType = 'ferrohsm-policy+jws';

/**
 * One person's consent to one exact operation: a compact JWS for `hsm.approvals.approve`. The digest is computed here,
 * from the operation; show it to the person first, with `describeOperation`.
 *
 * @param key private key of the person: Ed25519, ECDSA P-256 or ML-DSA-65
 * @throws FerroHsmError `evidence_invalid` when the digest is not of the operation or the operation is for another
 *   sidecar, `not_supported` for a key of another algorithm
 * @example const jws = await signApproval(approval, key, { person: 'bob', audience: hsm.hello.log.origin, keyId });
 */
export async function signApproval(approval: Approval, key: CryptoKey, signer: Signer): Promise<string> {
  const { person, audience, keyId } = signer;
  const digest = await checkedDigest(approval, audience);
  const payload = { v: 1, operation: digest, decision: 'approve', person, audience, iat: nowSeconds() };
  return signCompact(payload, key, { typ: approvalType, keyId });
}

/**
 * The digest of the operation, as the approval must say it too.
 *
 * @throws FerroHsmError `evidence_invalid`
 */
export async function checkedDigest({ operation, digest }: Approval, audience: string): Promise<string> {
  const computed = await operationDigest(operation);
  if (computed !== digest) throw new FerroHsmError('evidence_invalid', 'the digest is not of the operation shown');
  if (operation.audience !== audience) {
    throw new FerroHsmError('evidence_invalid', `the operation is for ${operation.audience}, not for ${audience}`);
  }
  return computed;
}

/**
 * A policy officer's signature under policies, for `hsm.policy.load` and `rollback`: a compact JWS over the SHA-256 of
 * their text and the version that they replace.
 *
 * @throws FerroHsmError `not_supported` for a key of another algorithm
 * @example const signature = await signPolicy(text, key, { person: 'olga', audience, keyId, replaces: 7 });
 */
export async function signPolicy(
  text: string,
  key: CryptoKey,
  { person, audience, keyId, replaces }: Signer & { readonly replaces: number },
): Promise<string> {
  const payload = { v: 1, sha256: await sha256(text), replaces, person, audience, iat: nowSeconds() };
  return signCompact(payload, key, { typ: policyType, keyId });
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
