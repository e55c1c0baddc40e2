import { SidecarError } from '../errors.ts';
import type { Credential, PrincipalRecord, Role } from '../generated/types.ts';
import type { NetworkPeer, Peer, UnixPeer } from '../peer.ts';
import { nameOfCertificate, type TokenHolder } from './credential-index.ts';
import { nameOfToken } from './credential-rules.ts';
import type { Directory } from './directory.ts';
import type { JwtVerifier, VerifiedJwt } from './jwt.ts';
import { isLoopback } from './loopback.ts';
import { overflowUids } from './overflow-uid.ts';
import type { RegisteredTokens } from './registered-tokens.ts';
import { longestToken, tokenDigest } from './tokens.ts';

/** What was presented beside the connection itself, as far as that can be checked once for all. */
export interface Presented {
  /** SHA-256 of a bearer token. */
  readonly tokenSha256?: string;
  readonly jwt?: VerifiedJwt;
}

/** Whom everything that was presented leads to. */
export interface Presentation {
  readonly record: PrincipalRecord;
  readonly credential: Credential;
  readonly credentialId: string;
  /** Milliseconds since 1970; infinite for never. */
  readonly expiresAt: number;
}

export interface Presentations {
  /** @throws SidecarError `unauthenticated` */
  read(peer: Peer, token: string | undefined): Promise<Presented>;
  /** @throws SidecarError `unauthenticated` */
  resolve(peer: Peer, presented: Presented, directory: Directory): Presentation;
}

export interface PresentationsOptions {
  readonly directory: () => Directory;
  readonly tokens: Pick<RegisteredTokens, 'ofToken' | 'isRevoked'>;
  readonly jwt: JwtVerifier;
  readonly trustedSockets: readonly string[];
  readonly now: () => number;
}

/** A bearer token or JWT and its principal. */
interface Bearer {
  readonly principal: string;
  readonly credential: Pick<Credential, 'kind' | 'subject'>;
  readonly credentialId: string;
  readonly expiresAt: number;
}

/** Whose holders may be security officers of PKCS#11. */
const officerRoles: ReadonlySet<Role> = new Set(['Administrator', 'Officer']);

const jwtPattern = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** The rules by which credentials lead to a principal. */
export function createPresentations(options: PresentationsOptions): Presentations {
  const { tokens, jwt, now } = options;
  const trustedSockets = new Set(options.trustedSockets);
  const nobody = overflowUids();

  async function read(peer: Peer, token: string | undefined): Promise<Presented> {
    if (token === undefined) return {};
    if (token.length > longestToken) throw refusal('token is not valid');
    const tokenSha256 = tokenDigest(token);
    if (holdersOf(tokenSha256, options.directory()).length > 0) return { tokenSha256 };
    if (!jwtPattern.test(token)) throw refusal('token is not valid');
    return { jwt: await jwt.verify(token, peer) };
  }

  function holdersOf(tokenSha256: string, directory: Directory): TokenHolder[] {
    const holders = [directory.credentials.ofToken(tokenSha256), tokens.ofToken(tokenSha256)];
    return holders.filter((holder) => holder !== undefined);
  }

  function bearerOf({ tokenSha256, jwt: verified }: Presented, directory: Directory): Bearer | undefined {
    if (tokenSha256 !== undefined) return bearerOfToken(tokenSha256, directory);
    return verified && bearerOfJwt(verified, directory);
  }

  function bearerOfToken(tokenSha256: string, directory: Directory): Bearer {
    const [holder, other] = holdersOf(tokenSha256, directory);
    const expiresAt = holder?.expiresAt ?? Number.POSITIVE_INFINITY;
    if (holder === undefined || other !== undefined || expiresAt <= now() || tokens.isRevoked({ tokenSha256 })) {
      throw refusal('token is not valid');
    }
    const credential = { kind: 'token' as const, subject: nameOfToken(tokenSha256) };
    return { principal: holder.principal, credential, credentialId: `token:${tokenSha256}`, expiresAt };
  }

  function bearerOfJwt({ issuer, subject, jti, expiresAt }: VerifiedJwt, directory: Directory): Bearer {
    const record = directory.credentials.ofJwt(issuer, subject);
    const isRevoked = jti !== undefined && tokens.isRevoked({ issuer, jti });
    if (record === undefined || isRevoked || expiresAt <= now()) throw refusal('token is not valid');
    const name = `jwt:${issuer}:${subject}`;
    const credentialId = jti === undefined ? name : `${name}:${jti}`;
    return { principal: record.id, credential: { kind: 'jwt', subject: name }, credentialId, expiresAt };
  }

  function ofUnix(peer: UnixPeer, bearer: Bearer | undefined, directory: Directory): Presentation {
    const { uid, socket, handedOn } = peer;
    if (uid !== undefined && nobody.has(uid)) throw refusal(`uid ${uid} stands for every unmapped user`);
    if (handedOn === 'security-officer') return ofSecurityOfficer(peer, bearer, directory);
    const { credentials, record } = directory;
    const fromUid = credentials.ofProcess(peer);
    const fromSocket = trustedSockets.has(socket) ? credentials.ofSocket(socket) : undefined;
    if (fromUid === undefined && fromSocket === undefined) throw refusal(unmapped(peer));
    // A token narrows what the kernel vouches for and never stands in for it; a PIN narrows a socket of PKCS#11.
    const isPin = handedOn !== undefined;
    if (bearer !== undefined && !isPin && uid !== undefined && fromUid === undefined) throw refusal(unmapped(peer));
    const found = theOnly([fromUid, fromSocket, bearer && record(bearer.principal)], bearer !== undefined);
    const { credential, credentialId } = bearer ?? unixCredential(peer, fromSocket !== undefined);
    const expiresAt = bearer?.expiresAt ?? Number.POSITIVE_INFINITY;
    return { record: found, credential: { ...credential, ...factsOf(peer) }, credentialId, expiresAt };
  }

  /** The uid is that of an application that officers use: it says nothing unless it is somebody else's. */
  function ofSecurityOfficer(peer: UnixPeer, bearer: Bearer | undefined, directory: Directory): Presentation {
    if (bearer === undefined) throw refusal('a security officer needs a token');
    const { credentials, record, membership } = directory;
    const found = theOnly([credentials.ofProcess(peer), record(bearer.principal)], true);
    if (!membership(found.id).roles.some((role) => officerRoles.has(role))) throw refusal('no role of an officer');
    return { ...bearer, record: found, credential: { ...bearer.credential, ...factsOf(peer) } };
  }

  function ofNetwork(peer: NetworkPeer, bearer: Bearer | undefined, directory: Directory): Presentation {
    const { transport, remoteAddress, certificate } = peer;
    if (certificate === undefined) {
      if (!isLoopback(remoteAddress)) throw refusal(`address ${remoteAddress} is not loopback`);
      if (bearer === undefined) throw refusal(`a token is needed over ${transport}`);
      return { ...bearer, record: theOnly([directory.record(bearer.principal)], true) };
    }
    const name = nameOfCertificate(certificate);
    const { thumbprint, notAfter } = certificate;
    const fromCertificate = directory.credentials.ofCertificate(certificate);
    // Here as well: a token narrows what the certificate says.
    if (fromCertificate === undefined) throw refusal(`certificate of ${name}`);
    if (notAfter <= now()) throw refusal('certificate has expired');
    const found = theOnly([fromCertificate, bearer && directory.record(bearer.principal)], bearer !== undefined);
    const own = {
      credential: { kind: 'certificate' as const, subject: name },
      credentialId: `certificate:${thumbprint}`,
    };
    const { credential, credentialId } = bearer ?? own;
    const expiresAt = Math.min(notAfter, bearer?.expiresAt ?? Number.POSITIVE_INFINITY);
    return { record: found, credential: { ...credential, thumbprint }, credentialId, expiresAt };
  }

  return {
    read,
    resolve(peer, presented, directory) {
      const bearer = bearerOf(presented, directory);
      if (peer.transport === 'link') throw refusal('the PKCS#11 front process is nobody of itself');
      return peer.transport === 'unix' ? ofUnix(peer, bearer, directory) : ofNetwork(peer, bearer, directory);
    },
  };
}

/** @param hasToken whether the last one is a token's, which must then be there */
function theOnly(claims: readonly (PrincipalRecord | undefined)[], hasToken: boolean): PrincipalRecord {
  if (hasToken && claims.at(-1) === undefined) throw refusal('token is not valid');
  const records = new Set(claims.filter((claim) => claim !== undefined));
  const [record] = records;
  if (record === undefined || records.size > 1) throw refusal('credentials belong to different principals');
  if (record.disabled === true) throw refusal('the principal is disabled');
  return record;
}

function unixCredential({ uid, socket }: UnixPeer, isOwnSocket: boolean): Pick<Bearer, 'credential' | 'credentialId'> {
  const subject = isOwnSocket ? `socket:${socket}` : `uid:${uid}`;
  return { credential: { kind: isOwnSocket ? 'socket' : 'unix-peer', subject }, credentialId: subject };
}

function factsOf({ uid, gid, pid, executable, cgroup }: UnixPeer): Partial<Credential> {
  return {
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(pid !== undefined && { pid }),
    ...(executable !== undefined && { executable }),
    ...(cgroup !== undefined && { cgroup }),
  };
}

function unmapped({ uid, socket }: UnixPeer): string {
  return uid === undefined ? `socket ${socket} without peer credentials` : `uid ${uid}`;
}

function refusal(detail: string): SidecarError {
  return new SidecarError('unauthenticated', detail);
}
