import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { SidecarError } from '../errors.ts';
import type { ApprovalKey } from '../generated/types.ts';

/** What a policy officer signs. */
export interface SignedPolicy {
  /** SHA-256 of the text, base64url. */
  readonly sha256: string;
  /** Version that it replaces: a signature is good for one switch. */
  readonly replaces: number;
  /** Id of the person who loads it. */
  readonly person: string;
  /** Origin of the log of this sidecar. */
  readonly audience: string;
}

const type = 'ferrohsm-policy+jws';

type Payload = Readonly<Record<string, unknown>>;

/**
 * Checks a compact JWS (RFC 7515) by one of the person's approval keys over exactly this policy.
 *
 * @throws SidecarError `evidence_invalid`
 */
export async function verifyPolicySignature(
  jws: string,
  signed: SignedPolicy,
  keys: readonly ApprovalKey[],
): Promise<void> {
  const payload = await verifiedPayload(jws, keys);
  if (payload?.v !== 1) throw refusal('the payload is not of a policy');
  for (const [member, value] of Object.entries(signed)) {
    if (payload[member] !== value) throw refusal(`${member} is not ${value}`);
  }
}

async function verifiedPayload(jws: string, keys: readonly ApprovalKey[]): Promise<Payload | null> {
  try {
    const { alg, typ, kid } = decodeProtectedHeader(jws);
    const key = keys.find(({ id, kind }) => kind === 'jwk' && id === kid);
    if (key?.jwk === undefined || typ !== type || alg !== key.algorithm) throw refusal('no approval key of the caller');
    const publicKey = await importJWK(JSON.parse(key.jwk) as JWK, key.algorithm);
    const { payload } = await compactVerify(jws, publicKey, { algorithms: [key.algorithm] });
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) as Payload | null;
  } catch (cause) {
    if (cause instanceof SidecarError) throw cause;
    throw refusal('the signature does not verify', cause);
  }
}

function refusal(detail: string, cause?: unknown): SidecarError {
  return new SidecarError('evidence_invalid', detail, { cause });
}
