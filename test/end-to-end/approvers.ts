import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Role } from '@ferrohsm/sdk/node';
import canonicalize from 'canonicalize';
import { tokenOf } from './principals.ts';

/** A person with a token to log in with and a key to approve with; the sidecar never sees the private key. */
export interface Approver {
  readonly id: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly jwk: string;
}

export function approver(id: string): Approver {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { kty, crv, x } = publicKey.export({ format: 'jwk' });
  const jwk = JSON.stringify({ crv, kty, x });
  return { id, jwk, privateKey, keyId: createHash('sha256').update(jwk).digest('base64url') };
}

/** The record of that person for principals.json. */
export function personRecord({ id, keyId, jwk }: Approver, roles: readonly Role[]) {
  const tokenSha256 = createHash('sha256').update(tokenOf(id)).digest('base64url');
  const approvalKeys = [{ id: keyId, kind: 'jwk', algorithm: 'EdDSA', jwk }];
  return { id, kind: 'person', roles, credentials: [{ tokenSha256 }], approvalKeys };
}

/** The digest of a frozen operation, computed as an approver's own client has to. */
export function digestOf(operation: object): string {
  return createHash('sha256')
    .update(`ferrohsm/op/v1\0${canonicalize(operation)}`)
    .digest('base64url');
}

export interface HeldApproval {
  readonly id: string;
  readonly digest: string;
  readonly operation: { readonly audience: string; readonly method: string };
}

/** A compact JWS (RFC 7515) by the person's key, made without any library. */
export function consent(person: Approver, approval: HeldApproval, change: object = {}): { jws: string } {
  const header = { alg: 'EdDSA', typ: 'ferrohsm-approval+jws', kid: person.keyId };
  const payload = {
    v: 1,
    operation: approval.digest,
    decision: 'approve',
    person: person.id,
    audience: approval.operation.audience,
    iat: Math.floor(Date.now() / 1000),
    ...change,
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode(header)}.${encode(payload)}`;
  const signature = sign(null, Buffer.from(input), person.privateKey);
  return { jws: `${input}.${signature.toString('base64url')}` };
}
