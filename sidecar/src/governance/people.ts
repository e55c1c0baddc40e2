import { join } from 'node:path';
import { SidecarError } from '../errors.ts';
import type { PrincipalRecord } from '../generated/types.ts';
import { type Authenticator, createAuthenticator } from '../identity/authenticator.ts';
import { digestOfRule } from '../identity/credential-rules.ts';
import type { Directory } from '../identity/directory.ts';
import { type DirectoryHolder, openDirectory } from '../identity/directory-store.ts';
import { loadIssuers } from '../identity/issuers-file.ts';
import { createJwtVerifier, type JwtVerifier } from '../identity/jwt.ts';
import { loadRegisteredTokens, type RegisteredTokens } from '../identity/registered-tokens.ts';
import type { InTurn } from '../in-turn.ts';
import { type KeyGrants, loadKeyGrants } from '../keys/key-grants.ts';
import { defaultSocketName, type SidecarOptions } from '../options.ts';
import { type Deciding, requireReachableQuorum } from './electorate.ts';
import type { GovernanceParts } from './governance.ts';
import { loadRetiredIds, type RetiredIds } from './retired-ids.ts';

/** Who there is, how they show it, and which keys were lent to them. */
export interface People {
  readonly directory: DirectoryHolder;
  readonly tokens: RegisteredTokens;
  readonly jwt: JwtVerifier;
  readonly authenticator: Authenticator;
  readonly grants: KeyGrants;
  /**
   * @param deciding policies in force, or about to be
   * @param without a token that is about to be revoked
   * @throws SidecarError `quorum_unreachable` when too few people could approve then
   */
  requireQuorum(deciding: Deciding, without?: string): void;
}

export interface PeopleParts extends GovernanceParts {
  readonly inForce: Deciding;
  /** People and policies together decide whether enough could approve: they change one after the other. */
  readonly inTurn: InTurn;
  /** Hears of each change before it is acknowledged. */
  readonly peopleChanged: () => void;
}

/** @throws SidecarError `config_invalid`, `quorum_unreachable` for first records that could never be changed */
export async function openPeople(parts: PeopleParts): Promise<People> {
  const { options, documents, recorded, inForce, inTurn, peopleChanged, grantsChanged, now } = parts;
  const { configFolder, onNotice, onError } = options;
  const uid = process.geteuid?.() ?? 0;
  const retired = await loadRetiredIds(documents);
  /** Nothing was revoked before the first records are written. */
  let isTokenRevoked = (_sha256: string): boolean => false;

  function requireQuorumOf(directory: Directory, deciding: Deciding, without?: string): void {
    const canConnect = ({ credentials }: PrincipalRecord) =>
      credentials.some(({ tokenSha256 }) => {
        if (tokenSha256 === undefined) return true;
        const sha256 = digestOfRule(tokenSha256);
        return sha256 !== without && !isTokenRevoked(sha256);
      });
    requireReachableQuorum({ deciding, directory, time: now(), canConnect });
  }

  const { holder, notices } = await openDirectory({
    documents,
    path: join(configFolder, 'principals.json'),
    uid,
    check: (next) => {
      refuseRetired(next, retired);
      requireQuorumOf(next, inForce);
    },
    inTurn,
    changed: peopleChanged,
    removed: (id, changes) => {
      tokens.forget(id, changes);
      if (grants.forget(id, changes)) grantsChanged();
      retired.add(id, changes);
    },
  });
  for (const notice of notices) onNotice?.(notice);

  const isKnown = (id: string) => holder.current.record(id) !== undefined || holder.current.group(id) !== undefined;
  const grants = await loadKeyGrants(documents, isKnown);
  const tokens = await loadRegisteredTokens({
    documents,
    now,
    record: (id) => holder.current.record(id),
    isConfigured: (sha256) => holder.current.credentials.ofToken(sha256) !== undefined,
    recorded,
  });
  isTokenRevoked = (tokenSha256) => tokens.isRevoked({ tokenSha256 });
  const issuers = loadIssuers(join(configFolder, 'issuers.json'), uid);
  const jwt = createJwtVerifier({ issuers, uid, now, onError: (error) => onError?.(error, 'issuers') });
  const authenticator = createAuthenticator({
    directory: () => holder.current,
    tokens,
    jwt,
    trustedSockets: socketNames(options).filter((name) => name !== defaultSocketName),
    governance: holder.governance,
    now,
  });
  return {
    directory: holder,
    tokens,
    jwt,
    authenticator,
    grants,
    requireQuorum: (deciding, without) => requireQuorumOf(holder.current, deciding, without),
  };
}

/** Of every listener whose peers may be known by it. */
function socketNames({ sockets, restSockets = [], pkcs11 }: SidecarOptions): string[] {
  return [...sockets.map(({ name }) => name), ...restSockets.map(({ name }) => name), ...(pkcs11?.sockets ?? [])];
}

/** Keys, labels and approvals name people by their ids. */
function refuseRetired({ principals, groups }: Directory, retired: RetiredIds): void {
  const again = [...principals, ...groups].find(({ id }) => retired.has(id));
  if (again !== undefined) throw new SidecarError('data_invalid', `${again.id} was removed: choose another id`);
}
