import type { CredentialRule, PrincipalRecord } from '../generated/types.ts';
import type { PeerCertificate, UnixPeer } from '../peer.ts';
import { describeRule, digestOfRule, isInCgroup } from './credential-rules.ts';
import { DigestTable } from './tokens.ts';

/** Whom a bearer token belongs to. */
export interface TokenHolder {
  readonly principal: string;
  /** Milliseconds since 1970; undefined for never. */
  readonly expiresAt: number | undefined;
}

interface UidHolder {
  readonly rule: CredentialRule;
  readonly record: PrincipalRecord;
}

/** Who has which credential. It says nothing of whether a principal is disabled. */
export interface CredentialIndex {
  /** The principal whose demands on a peer of that uid are met. */
  ofProcess(peer: UnixPeer): PrincipalRecord | undefined;
  ofSocket(name: string): PrincipalRecord | undefined;
  /** A certificate with a SPIFFE id is that id; what its subject says is nobody's business then. */
  ofCertificate(certificate: PeerCertificate): PrincipalRecord | undefined;
  /** @param sha256 base64url */
  ofToken(sha256: string): TokenHolder | undefined;
  ofJwt(issuer: string, subject: string): PrincipalRecord | undefined;
  /** Names of the sockets, and of the issuers, that rules speak of. */
  readonly sockets: readonly string[];
  readonly issuers: readonly string[];
  /** Whether a rule asks which program a process runs, or its control group. */
  readonly asksForProcess: boolean;
}

/** The records must fit together. */
export function createCredentialIndex(principals: readonly PrincipalRecord[]): CredentialIndex {
  const byUid = new Map<number, UidHolder[]>();
  const bySocket = new Map<string, PrincipalRecord>();
  const byToken = new DigestTable<TokenHolder>();
  const byCertificate = new Map<string, PrincipalRecord>();
  const byIssuer = new Map<string, Map<string, PrincipalRecord>>();

  function add(rule: CredentialRule, record: PrincipalRecord): void {
    const { uid, socket, tokenSha256, expiresAt, issuer, subject = '' } = rule;
    if (uid !== undefined) addToList(byUid, uid, { rule, record });
    else if (socket !== undefined) bySocket.set(socket, record);
    else if (tokenSha256 !== undefined) {
      const expiry = expiresAt === undefined ? undefined : Date.parse(expiresAt);
      byToken.set(digestOfRule(tokenSha256), { principal: record.id, expiresAt: expiry });
    } else if (issuer !== undefined) {
      byIssuer.set(issuer, (byIssuer.get(issuer) ?? new Map()).set(subject, record));
    } else byCertificate.set(describeRule(rule), record);
  }

  for (const record of principals) for (const rule of record.credentials) add(rule, record);
  const uidRules = [...byUid.values()].flat();
  return {
    ofProcess: (peer) => byUid.get(peer.uid ?? Number.NaN)?.find(({ rule }) => fits(peer, rule))?.record,
    ofSocket: (name) => bySocket.get(name),
    ofCertificate: (certificate) => byCertificate.get(nameOfCertificate(certificate)),
    ofToken: (sha256) => byToken.get(sha256),
    ofJwt: (issuer, subject) => byIssuer.get(issuer)?.get(subject),
    sockets: [...bySocket.keys()],
    issuers: [...byIssuer.keys()],
    asksForProcess: uidRules.some(({ rule }) => rule.executable !== undefined || rule.cgroup !== undefined),
  };
}

function addToList<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** How a rule for this certificate is named. */
export function nameOfCertificate({ spiffe, subject }: PeerCertificate): string {
  return describeRule(spiffe === undefined ? { certificateSubject: subject } : { spiffe });
}

/** What a rule asks for and the kernel did not tell does not fit. */
function fits(peer: UnixPeer, { gid, executable, cgroup }: CredentialRule): boolean {
  if (gid !== undefined && peer.gid !== gid) return false;
  if (executable !== undefined && peer.executable !== executable) return false;
  return cgroup === undefined || (peer.cgroup !== undefined && isInCgroup(peer.cgroup, cgroup));
}
