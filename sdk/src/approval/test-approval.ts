import { sha256 } from '@noble/hashes/sha2.js';
import canonicalize from 'canonicalize';
import { encodeBase64url } from '../client/base64url.ts';
import type { Approval, ApprovalKey, FrozenOperation } from '../generated/types.ts';

/** A held operation, and its approval with the digest as another implementation computes it. */
export function heldOperation(change: Partial<FrozenOperation> = {}): FrozenOperation {
  return {
    v: 1,
    audience: 'hsm.example/host/audit',
    method: 'keys.export',
    action: 'keys.export',
    params: '{"format":"pkcs8","name":"payments/signing"}',
    resource: 'key_AAAAAAAAAAAAAAAAAAAAAA/1',
    resourceState: 'key_AAAAAAAAAAAAAAAAAAAAAA@3',
    requester: 'alice',
    policy: 'A'.repeat(43),
    nonce: 'B'.repeat(22),
    issuedAt: Date.now(),
    expiresAt: Date.now() + 3_600_000,
    ...change,
  };
}

export function heldApproval(change: Partial<Approval> = {}, operation = heldOperation()): Approval {
  const digest = hashOf(`ferrohsm/op/v1\0${canonicalize(operation)}`);
  return { id: 'apr_0123456789AAAAAAAAAAAAAAAA', state: 'pending', operation, digest, needed: 1, votes: [], ...change };
}

function hashOf(text: string): string {
  return encodeBase64url(sha256(new TextEncoder().encode(text)));
}

interface ApprovalKeyKind {
  readonly name: ApprovalKey['algorithm'];
  readonly parameters: { readonly name: string; readonly namedCurve?: string };
}

export const approvalKeyAlgorithms: readonly [ApprovalKeyKind, ApprovalKeyKind, ApprovalKeyKind] = [
  { name: 'EdDSA', parameters: { name: 'Ed25519' } },
  { name: 'ES256', parameters: { name: 'ECDSA', namedCurve: 'P-256' } },
  { name: 'ML-DSA-65', parameters: { name: 'ML-DSA-65' } },
];

/** A person's key pair of the runtime, and its public key as it is enrolled. */
export async function approvalKeyPair({ name, parameters }: ApprovalKeyKind) {
  const pair = (await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])) as CryptoKeyPair;
  const { kty, crv, x, y, alg, pub } = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as JsonWebKey & {
    pub?: string;
  };
  const members = kty === 'AKP' ? { alg, kty, pub } : { crv, kty, x, y };
  const jwk = JSON.stringify(members);
  const id = hashOf(jwk);
  const publicKey: ApprovalKey = { id, kind: 'jwk', algorithm: name, jwk };
  return { privateKey: pair.privateKey, publicKey };
}
