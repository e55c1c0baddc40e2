import { SidecarError } from '../errors.ts';
import type { Decision, KeyRecord } from '../generated/types.ts';
import type { PolicyEngine, PolicyResource } from '../policy/engine.ts';
import type { Execution, Subject, Target, Trail } from './context.ts';
import type { Locate } from './locate.ts';
import { requireUsable } from './state-rule.ts';

export interface Authorizer {
  /**
   * Finds what the operation acts upon and asks the policy about it and every further key that the params name, then
   * their states. Sets target, decision and the approvals that are missing.
   *
   * @throws SidecarError `permission_denied`, `not_found` for a key that the caller may not even look at, `key_state`
   */
  authorize(trail: Trail): Promise<void>;
  /** Whether no policy, role or key has changed since the decision. */
  isCurrent(trail: Trail): boolean;
}

export interface AuthorizerOptions {
  readonly policy: PolicyEngine;
  readonly locate: Locate;
  readonly now: () => number;
}

/** Says whether a principal may look at a key, for lists. */
export function createMayLook(
  policy: PolicyEngine,
  namedKeys: { resourceOf(record: KeyRecord): PolicyResource },
  now: () => number,
): (execution: Execution, record: KeyRecord) => boolean {
  return ({ principal, session }, record) => {
    const context = { approvals: 0, transport: session.peer.transport, time: now() };
    const resource = namedKeys.resourceOf(record);
    return policy.decide({ principal, action: 'keys.get', resource, context }).outcome === 'allow';
  };
}

/** More approvals than any quorum: what would be allowed if everybody agreed. */
const everybody = 1_000;

export function createAuthorizer({ policy, locate, now }: AuthorizerOptions): Authorizer {
  function ask({ call, principal }: Trail, action: string, resource: PolicyResource, approvals: number): Decision {
    if (principal === undefined) throw new SidecarError('unauthenticated');
    const context = { approvals, transport: call.session.peer.transport, time: now() };
    return policy.decide({ principal, action, resource, context });
  }

  /** What changes while it is looked up is looked up again: nothing is decided about what was. */
  async function locateCurrent({ principal, call, params = {} }: Trail): Promise<Target> {
    for (;;) {
      const { epoch } = policy;
      const target = await locate(principal, call, params);
      if (epoch === policy.epoch) return target;
    }
  }

  /** The decision about one resource; a denial that approvals could lift counts as allowed with approvals needed. */
  function decideOne(trail: Trail, subject: Subject): Decision {
    const { action, resource } = subject;
    const decision = ask(trail, action, resource, 0);
    if (decision.outcome === 'allow') return decision;
    const approved = ask(trail, action, resource, everybody);
    if (approved.outcome === 'deny') throw denial(trail, decision, subject);
    trail.approvalsNeeded = Math.max(1, trail.call.traits.approvalFloor);
    return approved;
  }

  /** A key that the caller may not even look at is denied in the words of a key that does not exist. */
  function denial(trail: Trail, decision: Decision, { id, resource }: Subject): SidecarError {
    trail.decision = decision;
    const { traits, method } = trail.call;
    const isKey = traits.resource === 'key' || traits.resource === 'key-name';
    const mayLook = isKey && ask(trail, 'keys.get', resource, 0).outcome === 'allow';
    return isKey && !mayLook
      ? new SidecarError('not_found', id)
      : new SidecarError('permission_denied', `${method} on ${id}`);
  }

  return {
    async authorize(trail) {
      const { traits, method } = trail.call;
      delete trail.decision;
      const target = await locateCurrent(trail);
      trail.target = target;
      trail.approvalsNeeded = 0;
      const decision = decideOne(trail, { id: target.id, action: traits.action, resource: target.resource });
      for (const other of target.others) decideOne(trail, other);
      trail.decision = decision;
      requireUsable(target, method);
    },
    isCurrent: ({ decision }) => decision?.epoch === policy.epoch,
  };
}
