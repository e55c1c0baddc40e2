import { compactVerify, importJWK, type JWK } from 'jose';
import type { ApprovalKey } from '../generated/types.ts';
import type { Consent, VerifiedEvidence } from './evidence.ts';
import { evidenceInvalid, jsonObject } from './evidence-text.ts';

const maxJwsLength = 16_384;
const algorithms: readonly string[] = Object.freeze(['EdDSA', 'ES256', 'ML-DSA-65']);
const type = 'ferrohsm-approval+jws';

/** An approver's clock may be ahead of ours by this much. */
const clockToleranceS = 60;

/** No request lives longer than a day. */
const maxAgeS = 24 * 60 * 60 + clockToleranceS;

/** @throws SidecarError `evidence_invalid` */
export async function verifyJws(jws: string, consent: Consent): Promise<VerifiedEvidence> {
  if (jws.length > maxJwsLength) throw evidenceInvalid('the JWS is too long');
  const [protectedHeader = ''] = jws.split('.');
  const key = keyOf(exactObject(Buffer.from(protectedHeader, 'base64url'), 'header'), consent.keys);
  const payload = await verifiedPayload(jws, key);
  requireConsent(exactObject(payload, 'payload'), consent);
  return { keyId: key.id, text: jws };
}

/** The enrolled key that the header names, for the algorithm that it was enrolled for. */
function keyOf(header: Record<string, unknown>, keys: readonly ApprovalKey[]): ApprovalKey {
  const { alg, typ, kid, ...further } = header;
  if (typ !== type || Object.keys(further).length > 0) throw evidenceInvalid('the header is not of an approval');
  const key = keys.find(({ id, kind }) => kind === 'jwk' && id === kid);
  if (key === undefined) throw evidenceInvalid('no key of this person has that id');
  if (alg !== key.algorithm || !algorithms.includes(key.algorithm))
    throw evidenceInvalid('not the algorithm of the key');
  return key;
}

async function verifiedPayload(jws: string, { jwk = '', algorithm }: ApprovalKey): Promise<Uint8Array> {
  try {
    const publicKey = await importJWK(JSON.parse(jwk) as JWK, algorithm);
    const { payload } = await compactVerify(jws, publicKey, { algorithms: [algorithm] });
    return payload;
  } catch (cause) {
    throw evidenceInvalid('the signature does not verify', cause);
  }
}

function requireConsent(payload: Record<string, unknown>, { digest, audience, person, now }: Consent): void {
  const { v, operation, decision, person: signer, audience: addressee, iat, ...further } = payload;
  if (v !== 1 || Object.keys(further).length > 0) throw evidenceInvalid('the payload is not of an approval');
  if (decision !== 'approve') throw evidenceInvalid('it does not say approve');
  if (operation !== digest) throw evidenceInvalid('it is about another operation');
  if (signer !== person) throw evidenceInvalid('it is of another person');
  if (addressee !== audience) throw evidenceInvalid('it is for another sidecar');
  requireRecent(iat, Math.floor(now / 1000));
}

function requireRecent(issuedAtS: unknown, nowS: number): void {
  if (typeof issuedAtS !== 'number' || !Number.isSafeInteger(issuedAtS)) throw evidenceInvalid('iat is no time');
  if (issuedAtS > nowS + clockToleranceS) throw evidenceInvalid('it was signed in the future');
  if (issuedAtS < nowS - maxAgeS) throw evidenceInvalid('it was signed too long ago');
}

/** A second member of one name would be read differently by other programs: such text does not survive re-encoding. */
function exactObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  const value = jsonObject(bytes, what);
  if (!Buffer.from(JSON.stringify(value)).equals(bytes)) throw evidenceInvalid(`${what} is not compact JSON`);
  return value;
}
