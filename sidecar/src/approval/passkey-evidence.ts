import { hash } from 'node:crypto';
import type { ApprovalEvidence, ApprovalKey } from '../generated/types.ts';
import type { Consent, VerifiedEvidence } from './evidence.ts';
import { evidenceInvalid, jsonObject } from './evidence-text.ts';
import { verifyPasskeySignature } from './passkey-signature.ts';

type Assertion = NonNullable<ApprovalEvidence['passkey']>;

/** Authenticator data (WebAuthn Level 3, section 6.1): hash of the relying party id, flags, counter. */
const layout = Object.freeze({ rpIdHashBytes: 32, flagsAt: 32, fixedBytes: 37 });
const flag = Object.freeze({
  userPresent: 0x01,
  userVerified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  attestedKey: 0x40,
  extensions: 0x80,
});

/**
 * Verifies an assertion whose challenge is the digest (WebAuthn Level 3, section 7.2). The signature counter is not
 * looked at: synchronized passkeys leave it at 0, and the digest alone makes every assertion good for one operation.
 *
 * @throws SidecarError `evidence_invalid`
 */
export async function verifyPasskey(assertion: Assertion, { digest, keys }: Consent): Promise<VerifiedEvidence> {
  const key = keys.find(({ id, kind }) => kind === 'passkey' && id === assertion.credentialId);
  if (key === undefined) throw evidenceInvalid('no passkey of this person has that credential id');
  const clientData = Buffer.from(assertion.clientDataJson, 'base64url');
  const authenticatorData = Buffer.from(assertion.authenticatorData, 'base64url');
  requireClientData(jsonObject(clientData, 'client data'), key, digest);
  requireAuthenticatorData(authenticatorData, key);
  const signed = Buffer.concat([authenticatorData, hash('sha256', clientData, 'buffer')]);
  await requireSignature(key, Buffer.from(assertion.signature, 'base64url'), signed);
  return { keyId: key.id, text: textOf(assertion) };
}

function requireClientData(clientData: Record<string, unknown>, { origins = [] }: ApprovalKey, digest: string): void {
  const { type, challenge, origin, crossOrigin, topOrigin } = clientData;
  if (type !== 'webauthn.get') throw evidenceInvalid('not an assertion');
  if (challenge !== digest) throw evidenceInvalid('it is about another operation');
  if (typeof origin !== 'string' || !origins.includes(origin)) throw evidenceInvalid('it comes from another origin');
  if (crossOrigin === true || topOrigin !== undefined) throw evidenceInvalid('it was made inside another page');
}

function requireAuthenticatorData(data: Buffer, { rpId }: ApprovalKey): void {
  const flags = data[layout.flagsAt] ?? 0;
  const has = (bit: number) => (flags & bit) !== 0;
  const mayBeLonger = has(flag.attestedKey) || has(flag.extensions);
  if (data.length < layout.fixedBytes || (data.length > layout.fixedBytes && !mayBeLonger)) {
    throw evidenceInvalid('authenticator data of a wrong length');
  }
  const rpIdHash = data.subarray(0, layout.rpIdHashBytes);
  if (rpId === undefined || !rpIdHash.equals(hash('sha256', rpId, 'buffer'))) {
    throw evidenceInvalid('it is for another relying party');
  }
  if (!has(flag.userPresent) || !has(flag.userVerified)) throw evidenceInvalid('the user was not verified');
  if (has(flag.backedUp) && !has(flag.backupEligible)) throw evidenceInvalid('its backup flags contradict each other');
}

async function requireSignature(key: ApprovalKey, signature: Buffer, signed: Buffer): Promise<void> {
  let isValid: boolean;
  try {
    isValid = await verifyPasskeySignature(key, signature, signed);
  } catch (cause) {
    throw evidenceInvalid('the passkey cannot be used', cause);
  }
  if (!isValid) throw evidenceInvalid('the signature does not verify');
}

function textOf({ credentialId, authenticatorData, clientDataJson, signature }: Assertion): string {
  return JSON.stringify({ credentialId, authenticatorData, clientDataJson, signature });
}
