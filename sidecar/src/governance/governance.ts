import { join } from 'node:path';
import type { Digests } from '../digests.ts';
import type { Documents } from '../documents.ts';
import type { Event } from '../generated/types.ts';
import { createInTurn } from '../in-turn.ts';
import { createQuotas, type Quotas } from '../limits/quotas.ts';
import type { RecordedChange } from '../log/recorded-change.ts';
import type { SidecarOptions } from '../options.ts';
import { type CompiledPolicies, loadPolicyEngine, type PolicyEngine } from '../policy/engine.ts';
import { loadPolicyFile } from '../policy/policy-file.ts';
import { verifyPolicySignature } from '../policy/policy-signature.ts';
import { findNewestPolicy, openPolicies, type PolicyStore } from '../policy/policy-store.ts';
import { methodActions } from '../policy/schema.ts';
import { type Consent, openConsent } from './consent.ts';
import type { Deciding } from './electorate.ts';
import { openPeople, type People } from './people.ts';
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
  /** Hears of each step of an approval, to bring it to where people see it; must not throw. */
  readonly onApprovalEvent: (event: Event) => void;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
}

/** Who there is, what they may do, how often, and who else must agree. Each asks the others, so they are built together. */
export interface Governance extends Omit<People, 'requireQuorum'>, Omit<Consent, 'close'> {
  readonly policy: PolicyEngine;
  readonly policies: PolicyStore;
  readonly quotas: Quotas;
  readonly sessions: Sessions;
  /** @throws SidecarError `quorum_unreachable` when revoking that token would leave too few people to approve */
  requireRevocable(tokenSha256: string): void;
  /** Ends the sessions whose credentials no longer hold and tells how many. */
  endStaleSessions(): number;
  close(): void;
}

const nothing = (): void => undefined;

/** @throws SidecarError `config_invalid`, `quorum_unreachable` for first records that could never be changed */
export async function openGovernance(parts: GovernanceParts): Promise<Governance> {
  const { options, documents, audience, recorded, now } = parts;
  const { configFolder, onNotice = nothing, onError = nothing } = options;
  const uid = process.geteuid?.() ?? 0;
  const fileText = await loadPolicyFile({ path: join(configFolder, 'policy.cedar'), uid, onNotice });
  const hasRecords = (await documents.list('principal', { limit: 1 })).length > 0;
  const newest = await findNewestPolicy(documents);
  const policy = await loadPolicies((hasRecords ? newest?.text : undefined) ?? fileText, onError);
  const inForce = decidingOf(policy);
  const inTurn = createInTurn();
  const sessions = createSessions({
    // Read at each use: an operator may adjust them.
    limits: {
      get idleMs() {
        return options.sessionIdleMs ?? 0;
      },
      get absoluteMs() {
        return options.sessionMaxMs ?? 0;
      },
    },
    invalidate: () => policy.advanceEpoch(),
    now,
  });
  function endStaleSessions(): number {
    return sessions.end(({ identity }) => identity !== undefined && !people.authenticator.isCurrent(identity));
  }

  const peopleChanged = () => {
    policy.advanceEpoch();
    endStaleSessions();
  };
  const { requireQuorum, ...people } = await openPeople({ ...parts, inForce, inTurn, peopleChanged });
  const { directory } = people;
  const opened = await openPolicies({
    documents,
    newest,
    isFileTrue: directory.governance === 'file' || !hasRecords,
    governance: directory.governance,
    inTurn,
    fileText,
    audience,
    verifySignature: (jws, signed) =>
      verifyPolicySignature(jws, signed, directory.current.record(signed.person)?.approvalKeys ?? []),
    now,
  });
  if (opened.text !== policy.text) policy.replace(policy.compile(opened.text));
  const policies = opened.attach(policy, (compiled) => requireQuorum(decidingOfCompiled(compiled)));
  const { close, ...consent } = openConsent({ ...parts, people, policy, inForce, sessions });
  const quotas = await createQuotas({
    documents,
    now,
    principalQuota: (id) => directory.current.record(id)?.quota,
    recorded,
    onFreeze: () => policy.advanceEpoch(),
    onError: (error) => onError(error, 'freeze of a key'),
  });
  return {
    ...people,
    ...consent,
    policy,
    policies,
    quotas,
    sessions,
    requireRevocable(tokenSha256) {
      if (directory.governance === 'records') requireQuorum(inForce, tokenSha256);
    },
    endStaleSessions,
    close() {
      close();
      sessions.close();
    },
  };
}

async function loadPolicies(policies: string, onError: NonNullable<SidecarOptions['onError']>): Promise<PolicyEngine> {
  return await loadPolicyEngine({ policies, actions: methodActions, onFault: (reason) => onError(reason, 'policy') });
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
