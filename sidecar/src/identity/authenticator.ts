import { SidecarError } from '../errors.ts';
import type { Credential, Principal, PrincipalRecord } from '../generated/types.ts';
import type { Peer } from '../peer.ts';
import { configInvalid } from './config-reader.ts';
import type { Directory } from './directory.ts';
import type { JwtVerifier } from './jwt.ts';
import { createPresentations, type Presentation, type Presented } from './presentations.ts';
import type { Governance } from './principals.ts';
import type { RegisteredTokens } from './registered-tokens.ts';

export type { Peer, PeerCertificate } from '../peer.ts';

/** What a `system.hello` settled. */
export interface Identity {
  /** The principal at that time, frozen. */
  readonly principal: Principal;
  /** When its credential expires, in milliseconds since 1970; undefined for never. */
  readonly expiresAt?: number;
  /** The very credential: one principal may have many. */
  readonly credentialId: string;
}

export interface Authenticator {
  /**
   * Who a peer is, by everything that it presents.
   *
   * @throws SidecarError `unauthenticated`; its detail never says what nearly fitted
   */
  authenticate(peer: Peer, presented: { readonly token?: string }): Promise<Identity>;
  /**
   * The principal as it is now: the same frozen object until something of it changes.
   *
   * @throws SidecarError `unauthenticated` once what was presented would no longer lead to it, and ever after
   */
  current(identity: Identity): Principal;
  /** Whether `current` would give a principal. */
  isCurrent(identity: Identity): boolean;
}

export interface AuthenticatorOptions {
  /** Who there is at this moment. */
  readonly directory: () => Directory;
  readonly tokens: Pick<RegisteredTokens, 'revision' | 'ofToken' | 'isRevoked'>;
  readonly jwt: JwtVerifier;
  /** Names of the listeners whose file only one identity can reach: there the socket itself is the credential. */
  readonly trustedSockets: readonly string[];
  /** A file whose rules could never fit is refused; records wait for their socket or issuer. */
  readonly governance: Governance;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What an identity rests on, and when that was last looked at. */
interface Standing {
  readonly peer: Peer;
  readonly presented: Presented;
  directory: Directory;
  revision: number;
  expiresAt: number;
  principal: Principal;
}

/**
 * Tells who a peer is from what the kernel or TLS says of it, the socket it came through and the token it brought. All
 * that is presented must lead to one principal: a stray token, or a uid that belongs to someone else, is refused.
 *
 * @throws SidecarError `config_invalid` when the file names a socket or an issuer that is not there
 * @example const { principal } = await createAuthenticator(options).authenticate(peer, {});
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { directory, tokens, now, governance } = options;
  if (governance === 'file') refuseStrays(directory(), options);
  const presentations = createPresentations(options);
  const standings = new WeakMap<Identity, Standing>();

  function stand(peer: Peer, presented: Presented): { standing: Standing; credentialId: string } {
    const snapshot = directory();
    const presentation = presentations.resolve(peer, presented, snapshot);
    const principal = principalOf(presentation, snapshot);
    const { expiresAt, credentialId } = presentation;
    const standing = { peer, presented, directory: snapshot, revision: tokens.revision, expiresAt, principal };
    return { standing, credentialId };
  }

  /** Looks again after a change of the directory or of the tokens. */
  function renew(identity: Identity, before: Standing): Principal {
    // What is refused once stays refused, even if the change is taken back.
    standings.delete(identity);
    const { standing } = stand(before.peer, before.presented);
    if (standing.principal.id !== before.principal.id) throw refusal('credentials belong to another principal');
    if (isSame(standing.principal, before.principal)) standing.principal = before.principal;
    standings.set(identity, standing);
    return standing.principal;
  }

  function current(identity: Identity): Principal {
    const standing = standings.get(identity);
    if (standing === undefined) throw refusal('credentials are no longer valid');
    if (standing.expiresAt <= now()) throw refusal('credentials have expired');
    const isFresh = standing.directory === directory() && standing.revision === tokens.revision;
    return isFresh ? standing.principal : renew(identity, standing);
  }

  return {
    async authenticate(peer, { token }) {
      const presented = await presentations.read(peer, token);
      const { standing, credentialId } = stand(peer, presented);
      const { principal, expiresAt } = standing;
      const identity = { principal, credentialId, ...(Number.isFinite(expiresAt) && { expiresAt }) };
      standings.set(Object.freeze(identity), standing);
      return identity;
    },
    current,
    isCurrent(identity) {
      try {
        current(identity);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Frozen throughout: decisions are remembered for it. */
function principalOf({ record, credential }: Presentation, directory: Directory): Principal {
  const { id, kind, owner } = record;
  const { roles, groups } = directory.membership(id);
  const principal: Principal = {
    id,
    kind,
    roles: Object.freeze([...roles]) as Principal['roles'],
    groups: Object.freeze([...groups]) as string[],
    ...ownerOf(owner),
    credential: Object.freeze<Credential>(credential),
  };
  return Object.freeze(principal);
}

function refuseStrays(directory: Directory, { trustedSockets, jwt }: AuthenticatorOptions): void {
  const { sockets, issuers } = directory.credentials;
  const socket = sockets.find((name) => !trustedSockets.includes(name));
  if (socket !== undefined) throw configInvalid(`socket:${socket} names no listener of one identity`);
  const issuer = issuers.find((name) => !jwt.issuers.includes(name));
  if (issuer !== undefined) throw configInvalid(`jwt:${issuer} names no issuer of issuers.json`);
}

function ownerOf(owner: PrincipalRecord['owner']): Pick<Principal, 'owner'> {
  return owner === undefined ? {} : { owner };
}

function isSame(one: Principal, other: Principal): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function refusal(detail: string): SidecarError {
  return new SidecarError('unauthenticated', detail);
}
