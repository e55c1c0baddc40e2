import type { ApprovalKey, CredentialRule, PrincipalRecord } from '../generated/types.ts';
import { keyMaterial } from './approval-key-material.ts';
import type { Excluded } from './stored-approval.ts';

/** The record of a principal as it is now; undefined when there is none. */
export type RecordOf = (id: string) => PrincipalRecord | undefined;

/** Who cannot decide about what this principal asks for, and what cannot be used for it, even under another name. */
export async function excludedBy(requester: string, credential: string, record: RecordOf): Promise<Excluded> {
  const own = record(requester);
  const owner = own?.owner;
  const records = [own, owner === undefined ? undefined : record(owner)].filter((found) => found !== undefined);
  const keys = await Promise.all(records.flatMap(({ approvalKeys = [] }) => approvalKeys).map(namesOfKey));
  const rules = records.flatMap(({ credentials }) => credentials).flatMap(credentialNames);
  return {
    people: owner === undefined ? [requester] : [requester, owner],
    keys: [...new Set(keys.flat())],
    credentials: [...new Set([credential, ...rules])],
  };
}

/** Id and public key: the same key can be enrolled anew under another id. */
export async function namesOfKey(key: ApprovalKey): Promise<string[]> {
  const material = await keyMaterial(key);
  return material === undefined || material === key.id ? [key.id] : [key.id, material];
}

/** What identifies a peer under the rule, whatever else is demanded of it. */
export function credentialNames({
  uid,
  socket,
  tokenSha256,
  spiffe,
  certificateSubject,
  issuer,
  subject,
}: CredentialRule) {
  return [
    uid === undefined ? undefined : `uid:${uid}`,
    socket === undefined ? undefined : `socket:${socket}`,
    tokenSha256 === undefined ? undefined : `token-sha256:${base64url(tokenSha256)}`,
    spiffe,
    certificateSubject === undefined ? undefined : `certificate:${certificateSubject}`,
    issuer === undefined ? undefined : `jwt:${issuer}!${subject}`,
  ].filter((name) => name !== undefined);
}

const hexDigits = 64;

function base64url(sha256: string): string {
  return sha256.length === hexDigits ? Buffer.from(sha256, 'hex').toString('base64url') : sha256;
}
