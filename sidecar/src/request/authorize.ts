import { SidecarError } from '../errors.ts';
import type { MethodTraits } from '../generated/methods.ts';
import type { Decision } from '../generated/types.ts';
import { transportOf } from '../peer.ts';
import type { PolicyContext, PolicyEngine, PolicyRequest, PolicyResource } from '../policy/engine.ts';
import type { Execution, Session, Subject, Target, Trail } from './context.ts';
import type { Locate } from './locate.ts';
import { memberAt } from './member-at.ts';
import { approvalsForState, requireUsable } from './state-rule.ts';
import { wrappingOf } from './wrapping-of.ts';

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

/** Says whether a caller may do something beside what it called: look at an element of a list, for example. */
export type MayDo = (execution: Execution, action: string, resource: PolicyResource) => boolean;

/** With the approvals that the call has used up, because people have seen all of it. */
export function createMayDo(policy: PolicyEngine, now: () => number): MayDo {
  return ({ principal, session, approvals }, action, resource) => {
    const context = { ...contextOf(session.peer, now()), approvals };
    return policy.decide({ principal, action, resource, context }).outcome === 'allow';
  };
}

/** A request's circumstances before anybody has approved it. */
function contextOf(peer: Session['peer'], time: number): PolicyContext {
  const source = 'socket' in peer ? peer.socket : peer.remoteAddress;
  return { approvals: 0, transport: transportOf(peer), source, time };
}

/** What asks whether a refusal may admit that the resource exists. */
const lookActions: Readonly<Partial<Record<MethodTraits['resource'], string>>> = Object.freeze({
  key: 'keys.get',
  'key-name': 'keys.get',
  'named-key': 'keys.get',
  approval: 'approvals.get',
  'pkcs11-object': 'pkcs11Objects.get',
});

/** In the caller's own words: a name that leads to a key must not be answered with the key's id. */
function askedFor({ call, params, target }: Trail, id: string): string {
  const { key } = call.traits;
  return key === null || params === undefined || id !== target?.id ? id : String(memberAt(params, key));
}

export function createAuthorizer({ policy, locate, now }: AuthorizerOptions): Authorizer {
  function requestOf({ call, principal, wrapping }: Trail, action: string, resource: PolicyResource): PolicyRequest {
    if (principal === undefined) throw new SidecarError('unauthenticated');
    const context = { ...contextOf(call.session.peer, now()), wrapping };
    return { principal, action, resource, context };
  }

  /** What the caller may open again, without anybody's consent, leaves as good as unwrapped. */
  function judgedWrapping(trail: Trail, { openers = [] }: Target): string | undefined {
    const { call, params = {} } = trail;
    const wrapping = wrappingOf(call.method, (path) => memberAt(params, path));
    const mayOpen = ({ action, resource }: Subject) =>
      policy.decide(requestOf(trail, action, resource)).outcome === 'allow';
    return openers.some(mayOpen) ? undefined : wrapping?.name;
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
    const request = requestOf(trail, action, resource);
    const decision = policy.decide(request);
    if (decision.outcome === 'allow') return decision;
    const approvals = policy.approvalsNeeded(request);
    if (approvals === undefined) throw denial(trail, decision, subject);
    trail.approvalsNeeded = Math.max(approvals, trail.approvalsNeeded ?? 0);
    return policy.decide({ ...request, context: { ...request.context, approvals } });
  }

  /** A key that the caller may not even look at is denied in the words of a key that does not exist. */
  function denial(trail: Trail, decision: Decision, { id, resource }: Subject): SidecarError {
    trail.decision = decision;
    trail.policyHash = policy.sha256;
    const { traits, method } = trail.call;
    const lookAction = lookActions[traits.resource];
    const mayLook =
      lookAction !== undefined && policy.decide(requestOf(trail, lookAction, resource)).outcome === 'allow';
    return lookAction !== undefined && !mayLook
      ? new SidecarError('not_found', askedFor(trail, id))
      : new SidecarError('permission_denied', `${method} on ${id}`);
  }

  return {
    async authorize(trail) {
      const { traits, method } = trail.call;
      delete trail.decision;
      trail.wrapping = undefined;
      const target = await locateCurrent(trail);
      trail.target = target;
      trail.wrapping = judgedWrapping(trail, target);
      trail.approvalsNeeded = 0;
      const decision = decideOne(trail, { id: target.id, action: traits.action, resource: target.resource });
      for (const other of target.others) decideOne(trail, other);
      trail.decision = decision;
      trail.policyHash = policy.sha256;
      trail.leavesNoRecord = traits.auditOptional && policy.leavesNoRecord(decision);
      trail.approvalsNeeded = Math.max(trail.approvalsNeeded, approvalsForState(target, method));
      requireUsable(target, method, now());
    },
    isCurrent: ({ decision }) => decision?.epoch === policy.epoch,
  };
}
