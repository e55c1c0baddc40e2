import { createHash, randomFillSync } from 'node:crypto';
import type { ChangeRequest } from '../documents.ts';
import { Secret, secretMemory } from '../secret.ts';

export const invitationKind = 'invitation';
const invitationBytes = 32;
const defaultExpirySeconds = 3600;
const defaultTokenSeconds = 30 * 86_400;

/** An open invitation as it is stored. */
export interface Invitation {
  readonly principal: string;
  /** Of the invitation's bytes, base64url. */
  readonly sha256: string;
  readonly invitedBy: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Lifetime of the token that it registers. */
  readonly tokenSeconds: number;
}

/** What the inviter passes on to whom it invites. */
export interface Invited {
  readonly enrolment: Secret;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A new invitation; its id is the same for the same request. */
export function createInvitation(
  wish: { principal: string; expiresInSeconds?: number | undefined; tokenSeconds?: number | undefined },
  request: ChangeRequest,
  now: number,
): { id: string; invitation: Invitation; invited: Invited } {
  const { principal, expiresInSeconds = defaultExpirySeconds, tokenSeconds = defaultTokenSeconds } = wish;
  const enrolment = Secret.take(randomFillSync(secretMemory(invitationBytes)));
  const expiresAt = now + expiresInSeconds * 1000;
  const sha256 = createHash('sha256').update(enrolment.bytes).digest('base64url');
  return {
    id: JSON.stringify([request.principal, request.requestId]),
    invitation: { principal, sha256, invitedBy: request.principal, expiresAt, tokenSeconds },
    invited: { enrolment, expiresAt },
  };
}

/** @param text base64url of the invitation's bytes */
export function digestOfInvitation(text: string): string {
  const bytes = secretMemory(invitationBytes);
  bytes.write(text, 'base64url');
  const digest = createHash('sha256').update(bytes).digest('base64url');
  bytes.fill(0);
  return digest;
}
