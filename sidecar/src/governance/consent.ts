import { createEmergencySessions, type EmergencySessions } from '../approval/break-glass.ts';
import { type ApprovalDesk, createApprovalDesk, defaultLifetimeMs } from '../approval/desk.ts';
import { createEvents, type Events } from '../approval/events.ts';
import type { Principal } from '../generated/types.ts';
import type { PolicyEngine } from '../policy/engine.ts';
import type { Session } from '../request/context.ts';
import { type Deciding, mayVote } from './electorate.ts';
import type { GovernanceParts } from './governance.ts';
import type { People } from './people.ts';
import type { Sessions } from './sessions.ts';

/** What waits for other people, and what cannot wait for them. */
export interface Consent {
  readonly desk: ApprovalDesk;
  readonly events: Events;
  readonly emergencies: EmergencySessions;
  close(): void;
}

export interface ConsentParts extends GovernanceParts {
  readonly people: Pick<People, 'directory' | 'authenticator'>;
  readonly policy: PolicyEngine;
  readonly inForce: Deciding;
  readonly sessions: Sessions;
}

const expiryMs = 1_000;

export function openConsent(parts: ConsentParts): Consent {
  const { options, documents, digests, audience, recorded, onApprovalEvent, now, people, policy, inForce, sessions } =
    parts;
  const { directory, authenticator } = people;
  const { onError = () => undefined } = options;
  const events = createEvents({ now, onEvent: onApprovalEvent });
  const record = (id: string) => directory.current.record(id);
  const desk = createApprovalDesk({
    documents,
    audience,
    policyHash: () => policy.sha256,
    now,
    secretDigest: digests.ofBytes,
    record,
    mayVote: (person, stored) => mayVote(inForce, directory.current, person, stored, now()),
    recorded,
    events,
    lifetimeMs: () => options.approvalLifetimeMs ?? defaultLifetimeMs,
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
  const expiry = setInterval(() => desk.expire().catch((error) => onError(error, 'expiry of approvals')), expiryMs);
  expiry.unref();
  return {
    desk,
    events,
    emergencies,
    close() {
      clearInterval(expiry);
      events.close();
    },
  };
}

/** The session acts with the role BreakGlass beside its own. */
function elevate(session: Session, from: Principal, untilMs: number): void {
  const roles = Object.freeze([...from.roles, 'BreakGlass']) as Principal['roles'];
  session.elevation = { from, principal: Object.freeze({ ...from, roles }), untilMs };
}
