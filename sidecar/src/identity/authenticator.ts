import { timingSafeEqual } from 'node:crypto';
import { SidecarError } from '../errors.ts';
import type { Credential, Principal } from '../generated/types.ts';
import { configInvalid } from './config-reader.ts';
import { isLoopback } from './loopback.ts';
import { overflowUids } from './overflow-uid.ts';
import { type ConfiguredPrincipal, describeCredential } from './principals.ts';
import { tokenDigest } from './tokens.ts';

/** Where a connection came from, as the transport saw it. */
export type Peer =
  | {
      readonly transport: 'unix';
      /** Name of the listener. */
      readonly socket: string;
      /** Of the peer, where the kernel could be asked. */
      readonly uid?: number;
      readonly gid?: number;
      readonly pid?: number;
    }
  | { readonly transport: 'websocket'; readonly remoteAddress: string };

export interface Authenticator {
  /** The principal behind a connection, frozen. Throws `unauthenticated`; its detail never says what nearly fitted. */
  authenticate(peer: Peer, token?: string): Principal;
  /** When the credential that gave this principal expires, in milliseconds since 1970; undefined for never. */
  expiryOf(principal: Principal): number | undefined;
  /** Every principal and its credentials by name, no digest among them. */
  describe(): readonly PrincipalSummary[];
}

export interface PrincipalSummary {
  readonly id: string;
  readonly kind: Principal['kind'];
  readonly roles: readonly string[];
  readonly owner?: string;
  readonly credentials: readonly string[];
}

export interface AuthenticatorOptions {
  readonly principals: readonly ConfiguredPrincipal[];
  /** Names of the listeners whose file only one identity can reach: there the socket itself is the credential. */
  readonly trustedSockets: readonly string[];
  readonly now?: () => number;
}

interface TokenHolder {
  readonly principal: ConfiguredPrincipal;
  readonly sha256: Buffer;
  readonly name: string;
  readonly expiresAt: number | undefined;
}

type UnixPeer = Extract<Peer, { transport: 'unix' }>;

/**
 * Tells who a peer is from what the kernel says of it, the socket it came through and the token it brought. All that
 * is presented must lead to one principal: a stray token, or a uid that belongs to someone else, is refused.
 * Throws `config_invalid` when two principals claim one credential or a socket credential names no trusted listener.
 *
 * @example createAuthenticator({ principals, trustedSockets: ['payments'] }).authenticate(peer)
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { principals, now = Date.now } = options;
  const { byUid, bySocket, tokens } = indexCredentials(principals, new Set(options.trustedSockets));
  const nobody = overflowUids();
  const expiries = new WeakMap<Principal, number>();

  /** Every digest is compared, so that the time taken tells nothing about which fitted. */
  function holderOf(token: string): TokenHolder {
    const digest = tokenDigest(token);
    let found: TokenHolder | undefined;
    for (const holder of tokens) if (timingSafeEqual(holder.sha256, digest)) found = holder;
    if (found === undefined) throw refusal('token is not valid');
    if (found.expiresAt !== undefined && found.expiresAt <= now()) throw refusal('token is not valid');
    return found;
  }

  function unixPrincipal(peer: UnixPeer, holder: TokenHolder | undefined): Principal {
    const { uid, socket } = peer;
    if (uid !== undefined && nobody.has(uid)) throw refusal(`uid ${uid} stands for every unmapped user`);
    const fromUid = uid === undefined ? undefined : byUid.get(uid);
    const fromSocket = bySocket.get(socket);
    if (fromUid === undefined && fromSocket === undefined) throw refusal(unmapped(peer));
    // A token narrows what the kernel vouches for and never stands in for it.
    if (holder !== undefined && uid !== undefined && fromUid === undefined) throw refusal(unmapped(peer));
    const claims = new Set([fromUid, fromSocket, holder?.principal].filter((claim) => claim !== undefined));
    const [principal] = claims;
    if (principal === undefined || claims.size > 1) throw refusal('credentials belong to different principals');
    return frozenPrincipal(principal, unixCredential(peer, fromSocket !== undefined, holder));
  }

  function websocketPrincipal(remoteAddress: string, holder: TokenHolder | undefined): Principal {
    if (!isLoopback(remoteAddress)) throw refusal(`address ${remoteAddress} is not loopback`);
    if (holder === undefined) throw refusal('a token is needed over websocket');
    return frozenPrincipal(holder.principal, { kind: 'token', subject: holder.name });
  }

  function authenticate(peer: Peer, token?: string): Principal {
    const holder = token === undefined ? undefined : holderOf(token);
    const principal =
      peer.transport === 'unix' ? unixPrincipal(peer, holder) : websocketPrincipal(peer.remoteAddress, holder);
    if (holder?.expiresAt !== undefined) expiries.set(principal, holder.expiresAt);
    return principal;
  }

  return {
    authenticate,
    expiryOf: (principal) => expiries.get(principal),
    describe: () => principals.map((p) => ({ ...p, credentials: p.credentials.map(describeCredential) })),
  };
}

function indexCredentials(principals: readonly ConfiguredPrincipal[], trustedSockets: ReadonlySet<string>) {
  const byUid = new Map<number, ConfiguredPrincipal>();
  const bySocket = new Map<string, ConfiguredPrincipal>();
  const tokens: TokenHolder[] = [];
  const claimed = new Set<string>();
  for (const principal of principals) {
    for (const credential of principal.credentials) {
      const name = describeCredential(credential);
      if (claimed.has(name)) throw configInvalid(`${name} is claimed twice`);
      claimed.add(name);
      if (credential.kind === 'uid') byUid.set(credential.uid, principal);
      else if (credential.kind === 'token') {
        tokens.push({ principal, name, sha256: credential.sha256, expiresAt: credential.expiresAt });
      } else if (trustedSockets.has(credential.socket)) bySocket.set(credential.socket, principal);
      else throw configInvalid(`${name} names no listener of one identity`);
    }
  }
  return { byUid, bySocket, tokens };
}

function unixCredential(peer: UnixPeer, isOwnSocket: boolean, holder: TokenHolder | undefined): Credential {
  const { uid, gid, pid, socket } = peer;
  const facts = {
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(pid !== undefined && { pid }),
  };
  if (holder !== undefined) return { kind: 'token', subject: holder.name, ...facts };
  if (isOwnSocket) return { kind: 'socket', subject: `socket:${socket}`, ...facts };
  return { kind: 'unix-peer', subject: `uid:${uid}`, ...facts };
}

/** Frozen throughout: decisions are remembered for it. */
function frozenPrincipal({ id, kind, roles, owner }: ConfiguredPrincipal, credential: Credential): Principal {
  const principal: Principal = {
    id,
    kind,
    roles: [...roles],
    ...(owner !== undefined && { owner }),
    credential: Object.freeze(credential),
  };
  Object.freeze(principal.roles);
  return Object.freeze(principal);
}

function unmapped({ uid, socket }: UnixPeer): string {
  return uid === undefined ? `socket ${socket} without peer credentials` : `uid ${uid}`;
}

function refusal(detail: string): SidecarError {
  return new SidecarError('unauthenticated', detail);
}
