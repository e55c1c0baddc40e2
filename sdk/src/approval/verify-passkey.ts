import { decodeBase64url } from '../client/base64url.ts';
import { FerroHsmError } from '../errors.ts';
import type { ApprovalEvidence, ApprovalKey } from '../generated/types.ts';
import { callNative } from '../local/native-crypto.ts';
import { algorithmNamed } from './approval-algorithms.ts';
import { ecdsaFromDer } from './ecdsa-signature.ts';

type Assertion = NonNullable<ApprovalEvidence['passkey']>;

/** Flags of authenticatorData (WebAuthn section 6.1): the user was present, and was verified. */
const userPresent = 0x01;
const userVerified = 0x04;
const hashBytes = 32;

/**
 * Checks a WebAuthn assertion (section 7.2) whose challenge is the digest of an operation.
 *
 * @throws FerroHsmError `evidence_invalid`
 */
export async function verifyPasskey(text: string, digest: string, key: ApprovalKey): Promise<void> {
  const assertion = readAssertion(text);
  const authenticatorData = bytesOf(assertion.authenticatorData);
  const clientData = bytesOf(assertion.clientDataJson);
  if (assertion.credentialId !== key.id) refuse('the credential is another one');
  checkClientData(clientData, digest, key.origins ?? []);
  await checkAuthenticatorData(authenticatorData, key.rpId ?? '');
  const signed = joined(authenticatorData, await sha256Bytes(clientData));
  if (!(await verifySignature(key, bytesOf(assertion.signature), signed))) refuse('the signature is not valid');
}

function readAssertion(text: string): Assertion {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Assertion, unknown>>;
    const members = [value.credentialId, value.authenticatorData, value.clientDataJson, value.signature];
    if (members.every((member) => typeof member === 'string')) return value as Assertion;
  } catch {
    // Said below.
  }
  return refuse('not a WebAuthn assertion');
}

function checkClientData(clientData: Uint8Array, digest: string, origins: readonly string[]): void {
  const { type, challenge, origin, crossOrigin } = readClientData(clientData);
  if (type !== 'webauthn.get') refuse('the client data is of another ceremony');
  if (challenge !== digest) refuse('it is for another operation');
  if (!origins.some((known) => known === origin) || crossOrigin === true) refuse('it is of another origin');
}

function readClientData(clientData: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(clientData));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  return refuse('the client data cannot be read');
}

async function checkAuthenticatorData(data: Uint8Array, rpId: string): Promise<void> {
  const expected = await sha256Bytes(new TextEncoder().encode(rpId));
  if (data.length <= hashBytes || expected.some((byte, index) => byte !== data[index])) refuse('it is of another site');
  const wanted = userPresent | userVerified;
  if (((data[hashBytes] ?? 0) & wanted) !== wanted) refuse('the user was not verified');
}

async function verifySignature(key: ApprovalKey, signature: Uint8Array, signed: Uint8Array): Promise<boolean> {
  const algorithm = algorithmNamed(key.algorithm, 'passkey');
  const raw = key.algorithm === 'ES256' ? ecdsaFromDer(signature) : signature;
  if (algorithm === undefined || raw === undefined) return refuse('the signature is not valid');
  const publicKey = await callNative('importKey', ['spki', bytesOf(key.spki ?? ''), algorithm.key, false, ['verify']]);
  return (await callNative('verify', [algorithm.signature, publicKey, raw, signed])) as boolean;
}

async function sha256Bytes(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array((await callNative('digest', ['SHA-256', bytes])) as ArrayBuffer);
}

function bytesOf(text: string): Uint8Array {
  return decodeBase64url(text) ?? refuse('it is not base64url');
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const whole = new Uint8Array(left.length + right.length);
  whole.set(left);
  whole.set(right, left.length);
  return whole;
}

function refuse(detail: string): never {
  throw new FerroHsmError('evidence_invalid', `passkey: ${detail}`);
}
