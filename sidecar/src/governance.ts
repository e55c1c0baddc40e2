import { join } from 'node:path';
import { createEmergencySessions, type EmergencySessions } from './approval/break-glass.ts';
import { type ApprovalDesk, createApprovalDesk } from './approval/desk.ts';
import { createEvents, type Events } from './approval/events.ts';
import type { Notifier } from './approval/notifier.ts';
import type { Digests } from './digests.ts';
import type { Documents } from './documents.ts';
import { type Deciding, mayVote, requireReachableQuorum } from './electorate.ts';
import { SidecarError } from './errors.ts';
import { methodTable } from './generated/methods.ts';
import type { Principal, PrincipalRecord } from './generated/types.ts';
import { type Authenticator, createAuthenticator } from './identity/authenticator.ts';
import type { Directory } from './identity/directory.ts';
import { type DirectoryHolder, openDirectory } from './identity/directory-store.ts';
import { loadIssuers } from './identity/issuers-file.ts';
import { createJwtVerifier, type JwtVerifier } from './identity/jwt.ts';
import { loadRegisteredTokens, type RegisteredTokens } from './identity/registered-tokens.ts';
import { createInTurn } from './in-turn.ts';
import { type KeyGrants, loadKeyGrants } from './key-grants.ts';
import { createQuotas, type Quotas } from './limits/quotas.ts';
import { defaultSocketName, type SidecarOptions } from './options.ts';
import { type CompiledPolicies, loadPolicyEngine, type PolicyEngine } from './policy/engine.ts';
import { loadPolicyFile } from './policy/policy-file.ts';
import { verifyPolicySignature } from './policy/policy-signature.ts';
import { newestPolicyText, openPolicies, type PolicyStore } from './policy/policy-store.ts';
import type { RecordedChange } from './recorded-change.ts';
import type { Session } from './request/context.ts';
import { loadRetiredIds } from './retired-ids.ts';
import { createSessions, type Sessions } from './sessions.ts';

export interface GovernanceParts {
  readonly options: SidecarOptions;
  readonly documents: Documents;
  readonly digests: Digests;
  /** Origin of the log of this sidecar. */
  readonly audience: string;
  readonly recorded: RecordedChange;
  /** Hears that keys were taken back from somebody who is gone. */
  readonly grantsChanged: () => void;
  /** Brings the steps of approvals to where people see them. */
  readonly notifier: Notifier;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
}

/** Who there is, what they may do, how often, and who else must agree. Each asks the others, so they are built together. */
export interface Governance {
  readonly directory: DirectoryHolder;
  readonly tokens: RegisteredTokens;
  readonly jwt: JwtVerifier;
  readonly authenticator: Authenticator;
  readonly policy: PolicyEngine;
  readonly policies: PolicyStore;
  readonly desk: ApprovalDesk;
  readonly events: Events;
  readonly emergencies: EmergencySessions;
  readonly quotas: Quotas;
  readonly grants: KeyGrants;
  readonly sessions: Sessions;
  /** @throws SidecarError `quorum_unreachable` when revoking that token would leave too few people to approve */
  requireRevocable(tokenSha256: string): void;
  /** Ends the sessions whose credentials no longer hold and tells how many. */
  endStaleSessions(): number;
  close(): void;
}

const nothing = (): void => undefined;
/** Of a SHA-256 digest. */
const hexDigits = 64;
const expiryMs = 1_000;

/** @throws SidecarError `config_invalid`, `quorum_unreachable` for first records that could never be changed */
export async function openGovernance(parts: GovernanceParts): Promise<Governance> {
  const { options, documents, digests, audience, recorded, grantsChanged, notifier, now } = parts;
  const { configFolder, onNotice = nothing, onError = nothing } = options;
  const uid = process.geteuid?.() ?? 0;
  const fileText = await loadPolicyFile({ path: join(configFolder, 'policy.cedar'), uid, onNotice });
  const hasRecords = (await documents.list('principal', { limit: 1 })).length > 0;
  const policy = await loadPolicies((hasRecords ? await newestPolicyText(documents) : undefined) ?? fileText, onError);
  const inForce: Deciding = decidingOf(policy);
  // People and policies together decide whether enough could approve: they change one after the other.
  const inTurn = createInTurn();

  const retired = await loadRetiredIds(documents);
  function refuseRetired({ principals, groups }: Directory): void {
    const again = [...principals, ...groups].find(({ id }) => retired.has(id));
    // Keys, labels and approvals name people by their ids.
    if (again !== undefined) throw new SidecarError('data_invalid', `${again.id} was removed: choose another id`);
  }

  /** Nothing was revoked before the first records are written. */
  let isTokenRevoked = (_sha256: string): boolean => false;

  /** @param without a token that is about to be revoked */
  function requireQuorum(deciding: Deciding, next: Directory, without?: string): void {
    const canConnect = ({ credentials }: PrincipalRecord) =>
      credentials.some(({ tokenSha256 }) => {
        if (tokenSha256 === undefined) return true;
        const sha256 = canonicalDigest(tokenSha256);
        return sha256 !== without && !isTokenRevoked(sha256);
      });
    requireReachableQuorum({ deciding, directory: next, time: now(), canConnect });
  }

  const { holder, notices } = await openDirectory({
    documents,
    path: join(configFolder, 'principals.json'),
    uid,
    check: (next) => {
      refuseRetired(next);
      requireQuorum(inForce, next);
    },
    inTurn,
    changed: () => {
      policy.advanceEpoch();
      endStaleSessions();
    },
    removed: (id, changes) => {
      tokens.forget(id, changes);
      if (grants.forget(id, changes)) grantsChanged();
      retired.add(id, changes);
    },
  });
  for (const notice of notices) onNotice(notice);

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
  const jwt = createJwtVerifier({ issuers, uid, now, onError: (error) => onError(error, 'issuers') });
  const authenticator = createAuthenticator({
    directory: () => holder.current,
    tokens,
    jwt,
    trustedSockets: options.sockets.map(({ name }) => name).filter((name) => name !== defaultSocketName),
    governance: holder.governance,
    now,
  });
  const sessions = createSessions({
    limits: { idleMs: options.sessionIdleMs ?? 0, absoluteMs: options.sessionMaxMs ?? 0 },
    invalidate: () => policy.advanceEpoch(),
    now,
  });
  function endStaleSessions(): number {
    return sessions.end(({ identity }) => identity !== undefined && !authenticator.isCurrent(identity));
  }

  const opened = await openPolicies({
    documents,
    isFileTrue: holder.governance === 'file' || !hasRecords,
    governance: holder.governance,
    inTurn,
    fileText,
    audience,
    verifySignature: (jws, signed) =>
      verifyPolicySignature(jws, signed, holder.current.record(signed.person)?.approvalKeys ?? []),
    now,
  });
  if (opened.text !== policy.text) policy.replace(policy.compile(opened.text));
  const policies = opened.attach(policy, (compiled) => requireQuorum(decidingOfCompiled(compiled), holder.current));

  const events = createEvents({ now, onEvent: (event) => notifier.notify(event) });
  const record = (id: string) => holder.current.record(id);
  const desk = createApprovalDesk({
    documents,
    audience,
    policyHash: () => policy.sha256,
    now,
    secretDigest: digests.ofBytes,
    record,
    mayVote: (person, stored) => mayVote(inForce, holder.current, person, stored, now()),
    recorded,
    events,
    ...(options.approvalLifetimeMs !== undefined && { lifetimeMs: options.approvalLifetimeMs }),
  });
  const emergencies = createEmergencySessions({
    documents,
    now,
    record,
    events,
    elevate: (id, untilMs) => {
      const session = [...sessions.open].find((candidate) => candidate.id === id);
      if (session?.identity !== undefined) elevate(session, authenticator.current(session.identity), untilMs);
      policy.advanceEpoch();
    },
  });
  const quotas = await createQuotas({
    documents,
    now,
    principalQuota: (id) => holder.current.record(id)?.quota,
    recorded,
    onFreeze: () => policy.advanceEpoch(),
    onError: (error) => onError(error, 'freeze of a key'),
  });
  const expiry = setInterval(() => desk.expire().catch((error) => onError(error, 'expiry of approvals')), expiryMs);
  expiry.unref();

  return {
    directory: holder,
    tokens,
    jwt,
    authenticator,
    policy,
    policies,
    desk,
    events,
    emergencies,
    quotas,
    grants,
    sessions,
    requireRevocable: (tokenSha256) => {
      if (holder.governance === 'records') requireQuorum(inForce, holder.current, tokenSha256);
    },
    endStaleSessions,
    close() {
      clearInterval(expiry);
      sessions.close();
      events.close();
    },
  };
}

async function loadPolicies(policies: string, onError: NonNullable<SidecarOptions['onError']>): Promise<PolicyEngine> {
  const actions = [...new Set(Object.values(methodTable).map((traits) => traits.action))];
  return await loadPolicyEngine({ policies, actions, onFault: (reason) => onError(reason, 'policy') });
}

function decidingOf(policy: PolicyEngine): Deciding {
  return {
    get thresholds() {
      return policy.thresholds;
    },
    allows: (request) => policy.decide(request).outcome === 'allow',
    approvalsNeeded: (request) => policy.approvalsNeeded(request),
  };
}

function decidingOfCompiled(compiled: CompiledPolicies): Deciding {
  return {
    thresholds: compiled.thresholds,
    allows: (request) => {
      const { outcome, isSound } = compiled.evaluate(request);
      return isSound && outcome === 'allow';
    },
    approvalsNeeded: (request) => compiled.approvalsNeeded(request),
  };
}

/** The session acts with the role BreakGlass beside its own. */
function elevate(session: Session, from: Principal, untilMs: number): void {
  const roles = Object.freeze([...from.roles, 'BreakGlass']) as Principal['roles'];
  session.elevation = { from, principal: Object.freeze({ ...from, roles }), untilMs };
}

/** Another spelling of the same digest is the same token. */
function canonicalDigest(sha256: string): string {
  return Buffer.from(sha256, sha256.length === hexDigits ? 'hex' : 'base64url').toString('base64url');
}
