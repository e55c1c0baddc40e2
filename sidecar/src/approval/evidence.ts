import { SidecarError } from '../errors.ts';
import type { ApprovalEvidence, ApprovalKey } from '../generated/types.ts';
import { verifyJws } from './jws-evidence.ts';
import { verifyPasskey } from './passkey-evidence.ts';

/** What a signature must be about, and by whom. */
export interface Consent {
  /** Of the frozen operation. */
  readonly digest: string;
  /** Origin of the log of this sidecar. */
  readonly audience: string;
  /** Id of the principal that approves. */
  readonly person: string;
  /** Enrolled for that person. */
  readonly keys: readonly ApprovalKey[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface VerifiedEvidence {
  /** Id of the approval key that signed. */
  readonly keyId: string;
  /** As it is kept: the compact JWS, or the assertion as JSON text. */
  readonly text: string;
}

/**
 * Checks that an enrolled key of this person consents to this very operation.
 *
 * @throws SidecarError `evidence_invalid`
 * @example await verifyEvidence({ jws }, { digest, audience, person: 'alice', keys, now: Date.now() })
 */
export async function verifyEvidence({ jws, passkey }: ApprovalEvidence, consent: Consent): Promise<VerifiedEvidence> {
  if (jws !== undefined && passkey === undefined) return await verifyJws(jws, consent);
  if (passkey !== undefined && jws === undefined) return await verifyPasskey(passkey, consent);
  throw new SidecarError('evidence_invalid', 'neither one JWS nor one passkey assertion');
}
