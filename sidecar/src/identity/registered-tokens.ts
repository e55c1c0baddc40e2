import { allDocuments, type ChangeRequest, type DocumentChanges, type Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { PrincipalRecord } from '../generated/types.ts';
import type { TokenHolder } from './credential-index.ts';
import { createInvitation, digestOfInvitation, type Invitation, type Invited, invitationKind } from './invitations.ts';
import { loadRevocations, type RevokedToken } from './revocations.ts';
import { DigestTable } from './tokens.ts';

const tokenKind = 'token';
const digestPattern = /^[A-Za-z0-9_-]{43}$/;

interface StoredToken {
  readonly principal: string;
  /** Milliseconds since 1970. */
  readonly registeredAt: number;
  readonly expiresAt: number;
  /** SHA-256 of the invitation that registered it. */
  readonly invitation: string;
}

/** What a client sends to register a token of its own making. */
export interface Enrolment {
  readonly invitation: string;
  /** SHA-256 of the token, base64url. */
  readonly tokenSha256: string;
}

/** Bearer tokens that were registered with an invitation, open invitations, and what was revoked. */
export interface RegisteredTokens {
  /** Grows with every change. */
  readonly revision: number;
  ofToken(sha256: string): TokenHolder | undefined;
  isRevoked(token: RevokedToken): boolean;
  /**
   * Makes an enrolment token. The same request again gives another one in place of the first, whose answer was lost.
   *
   * @throws SidecarError `not_found` for an unknown principal, and for a repeated request whose invitation is used up
   */
  invite(wish: InvitationWish, request: ChangeRequest): Promise<Invited>;
  /**
   * Registers a token, once for each invitation; the same token again is as good.
   *
   * @throws SidecarError `unauthenticated`
   */
  redeem(enrolment: Enrolment): Promise<void>;
  /**
   * Refuses a token from now on.
   *
   * @throws SidecarError `not_found` for a digest that nobody has
   */
  revoke(token: RevokedToken, request: ChangeRequest): Promise<void>;
  /** Drops what a principal registered and was invited to, so that nobody who gets its id later inherits it. */
  forget(principal: string, changes: DocumentChanges): void;
}

export interface InvitationWish {
  readonly principal: string;
  /** Of the invitation; default 3,600. */
  readonly expiresInSeconds?: number | undefined;
  /** Lifetime of the token that will be registered; default 30 days. */
  readonly tokenSeconds?: number | undefined;
}

export interface RegisteredTokensOptions {
  readonly documents: Documents;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The record of a principal as it is now. */
  readonly record: (principal: string) => PrincipalRecord | undefined;
  /** Whether a principal's record holds that digest. */
  readonly isConfigured: (tokenSha256: string) => boolean;
  /** Makes a change that is no method's own. */
  readonly recorded: <T>(
    operation: string,
    facts: { readonly principal: string },
    work: () => Promise<T>,
  ) => Promise<T>;
}

/**
 * Loads the tokens and invitations; those of principals that are gone are removed.
 *
 * @example const tokens = await loadRegisteredTokens({ documents, now: Date.now, isKnown, isConfigured, recorded });
 */
export async function loadRegisteredTokens(options: RegisteredTokensOptions): Promise<RegisteredTokens> {
  const { documents, now, isConfigured, recorded } = options;
  const revocations = await loadRevocations(documents, now);
  const tokens = new Map((await allDocuments<StoredToken>(documents, tokenKind)).map(({ id, value }) => [id, value]));
  const invitations = new Map(
    (await allDocuments<Invitation>(documents, invitationKind)).map(({ id, value }) => [id, value]),
  );
  const holders = new DigestTable<StoredToken>();
  const idsOfInvitations = new DigestTable<string>();
  for (const [sha256, token] of tokens) holders.set(sha256, token);
  for (const [id, { sha256 }] of invitations) idsOfInvitations.set(sha256, id);
  let revision = 0;

  /** Whether it may get new credentials. */
  function isWelcome(principal: string): boolean {
    const record = options.record(principal);
    return record !== undefined && record.disabled !== true;
  }

  function dropToken(sha256: string, changes: DocumentChanges): void {
    drop(tokens, tokenKind, sha256, changes);
    holders.delete(sha256);
  }

  function dropInvitation(id: string, changes: DocumentChanges): void {
    idsOfInvitations.delete(invitations.get(id)?.sha256 ?? '');
    drop(invitations, invitationKind, id, changes);
  }

  function dropWhere(fits: (it: StoredToken | Invitation) => boolean, changes: DocumentChanges): void {
    for (const [sha256, token] of tokens) if (fits(token)) dropToken(sha256, changes);
    for (const [id, invitation] of invitations) if (fits(invitation)) dropInvitation(id, changes);
  }

  function dropExpired(changes: DocumentChanges): void {
    dropWhere(({ expiresAt }) => expiresAt <= now(), changes);
  }

  function forget(principal: string, changes: DocumentChanges): void {
    dropWhere((it) => it.principal === principal, changes);
    revision += 1;
  }

  /** What of an invitation is stored in this change; a repeated one replaces what is still open. */
  function putInvitation(
    id: string,
    invitation: Invitation,
    isRepeated: boolean,
    changes: DocumentChanges,
  ): Invitation {
    dropExpired(changes);
    const earlier = changes.get<Invitation>(invitationKind, id);
    if (isRepeated && earlier === undefined) throw new SidecarError('not_found', 'the invitation is used up');
    const stored = { ...invitation, expiresAt: earlier?.expiresAt ?? invitation.expiresAt };
    changes.put(invitationKind, id, stored);
    return stored;
  }

  async function invite(wish: InvitationWish, request: ChangeRequest): Promise<Invited> {
    if (!isWelcome(wish.principal)) throw new SidecarError('not_found', wish.principal);
    const { id, invitation, invited } = createInvitation(wish, request, now());
    const write = (isRepeated: boolean) => (changes: DocumentChanges) =>
      putInvitation(id, invitation, isRepeated, changes);
    let stored = await documents.change(write(false), request);
    // The first one's bytes are known to nobody any more.
    if (stored.sha256 !== invitation.sha256) stored = await documents.change(write(true));
    idsOfInvitations.delete(invitations.get(id)?.sha256 ?? '');
    idsOfInvitations.set(stored.sha256, id);
    invitations.set(id, stored);
    return { ...invited, expiresAt: stored.expiresAt };
  }

  async function redeem({ invitation: text, tokenSha256 }: Enrolment): Promise<void> {
    if (!digestPattern.test(text) || !isCanonical(tokenSha256)) throw refusal();
    const sha256 = digestOfInvitation(text);
    if (isRegisteredWith(sha256, tokenSha256)) return;
    // Nothing is written for a stranger.
    const id = idsOfInvitations.get(sha256);
    const principal = id === undefined ? undefined : invitations.get(id)?.principal;
    if (id === undefined || principal === undefined) throw refusal();
    await recorded('tokens.redeem', { principal }, () => register(id, sha256, tokenSha256));
  }

  async function register(id: string, invitationSha256: string, tokenSha256: string): Promise<void> {
    const token = await documents.change((changes) => {
      const open = changes.get<Invitation>(invitationKind, id);
      if (open?.sha256 !== invitationSha256 || open.expiresAt <= now() || !isWelcome(open.principal)) throw refusal();
      if (changes.get(tokenKind, tokenSha256) !== undefined || isConfigured(tokenSha256)) throw refusal();
      const registered = registeredToken(open, now());
      dropInvitation(id, changes);
      changes.put(tokenKind, tokenSha256, registered);
      return registered;
    });
    tokens.set(tokenSha256, token);
    holders.set(tokenSha256, token);
    revision += 1;
  }

  /** A client that lost the answer asks again. */
  function isRegisteredWith(invitation: string, tokenSha256: string): boolean {
    const token = holders.get(tokenSha256);
    return token?.invitation === invitation && token.expiresAt > now();
  }

  async function revoke(token: RevokedToken, request: ChangeRequest): Promise<void> {
    if ((await documents.result(request)) !== undefined) return;
    await documents.change((changes) => {
      dropExpired(changes);
      if ('tokenSha256' in token && tokens.has(token.tokenSha256)) dropToken(token.tokenSha256, changes);
      else if ('tokenSha256' in token && !isConfigured(token.tokenSha256)) {
        throw new SidecarError('not_found', 'no token of that digest');
      } else revocations.add(token, changes);
      return {};
    }, request);
    revision += 1;
  }

  await removeOrphans();
  return {
    get revision() {
      return revision;
    },
    ofToken: (sha256) => holders.get(sha256),
    isRevoked: (token) => revocations.has(token),
    invite,
    redeem,
    revoke,
    forget,
  };

  async function removeOrphans(): Promise<void> {
    const owners = new Set([...tokens.values(), ...invitations.values()].map(({ principal }) => principal));
    for (const principal of owners) {
      if (options.record(principal) !== undefined) continue;
      await recorded('tokens.forget', { principal }, () => documents.change((changes) => forget(principal, changes)));
    }
  }
}

function drop(known: Map<string, unknown>, kind: string, id: string, changes: DocumentChanges): void {
  if (changes.get(kind, id) !== undefined) changes.delete(kind, id);
  known.delete(id);
}

function registeredToken({ principal, tokenSeconds, sha256 }: Invitation, now: number): StoredToken {
  return { principal, registeredAt: now, expiresAt: now + tokenSeconds * 1000, invitation: sha256 };
}

/** Another spelling of the same bytes would be another id. */
function isCanonical(sha256: string): boolean {
  return digestPattern.test(sha256) && Buffer.from(sha256, 'base64url').toString('base64url') === sha256;
}

function refusal(): SidecarError {
  return new SidecarError('unauthenticated', 'enrolment token is not valid');
}
