import { isDeepStrictEqual } from 'node:util';
import type { ApprovalDesk, HeldOperation } from '../approval/desk.ts';
import { SidecarError } from '../errors.ts';
import type { Approval } from '../generated/types.ts';
import type { Target, Trail } from './context.ts';
import type { RequirePossible } from './possible.ts';

/** How many approvals an operation needs, and how many it has. */
export interface Consent {
  readonly needed: number;
  readonly given: number;
}

/** Holds an operation until enough other people have approved it. */
export interface Approve {
  /** What {@link Approve.approve} would ask for; nobody is asked. */
  consent(trail: Trail): Promise<Consent>;
  /**
   * As many approvals as the policy asks for, never fewer than the method's floor.
   *
   * @throws SidecarError `approval_required` with the request that people can decide
   */
  approve(trail: Trail): Promise<void> | undefined;
  /** Uses the approval up, in the moment before the operation acts. */
  redeem(trail: Trail): Promise<void>;
  /**
   * Before an answer leaves: an approval that is needed only since the operation acted was not used up by it.
   *
   * @throws SidecarError `approval_required`
   */
  requireRedeemed(trail: Trail): void;
}

export function createApprove(desk: ApprovalDesk, requirePossible: RequirePossible): Approve {
  async function hold(trail: Trail, needed: number): Promise<void> {
    const { approval } = trail;
    if (approval !== undefined && trail.isRedeemed === true) return await reconsider(trail, approval, needed);
    const held = heldOperation(trail);
    const open = await desk.find(held);
    if (open !== undefined && desk.validVotes(open) >= needed) {
      trail.approval = open;
      return;
    }
    if (open === undefined) await requirePossible(trail);
    throw required(await desk.file(held, needed), desk, needed);
  }

  /**
   * It was used up, and nothing has left yet: when more is needed by now, or a name leads to another key than the one
   * that people have seen, they decide again.
   */
  async function reconsider(trail: Trail, approval: Approval, needed: number): Promise<void> {
    if (isSameOperation(trail, approval) && desk.validVotes(approval) >= needed) return;
    trail.isRedeemed = false;
    trail.hasChangedStore = true;
    await desk.restore(approval.id, needed);
    throw required(approval, desk, needed);
  }

  /** As many as the policy asks for, never fewer than the floor. */
  function countNeeded(trail: Trail): number {
    const needed = Math.max(floor(trail), trail.approvalsNeeded ?? 0);
    trail.approvalsNeeded = needed;
    return needed;
  }

  return {
    async consent(trail) {
      const needed = countNeeded(trail);
      const open = needed === 0 ? undefined : await desk.find(heldOperation(trail));
      return { needed, given: open === undefined ? 0 : desk.validVotes(open) };
    },
    approve(trail) {
      const needed = countNeeded(trail);
      return needed === 0 ? undefined : hold(trail, needed);
    },
    requireRedeemed({ approval, approvalsNeeded = 0, isRedeemed }) {
      if (approval !== undefined && approvalsNeeded > 0 && isRedeemed !== true) {
        throw required(approval, desk, approvalsNeeded);
      }
    },
    async redeem(trail) {
      const { approval, approvalsNeeded = 0 } = trail;
      // A policy that was loaded meanwhile may ask for none.
      if (approval === undefined || approvalsNeeded === 0) {
        delete trail.approval;
        return;
      }
      // A crash between this and the result is forgiven only to an intent that names the approval.
      if (trail.intendedApproval !== approval.id) throw required(approval, desk, approvalsNeeded);
      trail.hasChangedStore = true;
      await desk.consume(approval.id, approvalsNeeded, requestIdOf(trail));
      trail.isRedeemed = true;
    },
  };
}

/** Method, action and params are those of this very call; what they lead to may have become another. */
function isSameOperation({ target, principal }: Trail, { operation }: Approval): boolean {
  const { resource, resourceState, requester, keyNames = {} } = operation;
  if (target?.id !== resource || target.etag !== resourceState || principal?.id !== requester) return false;
  return isDeepStrictEqual(keyNamesOf(target), { ...keyNames });
}

/** A wrapping key that was renamed is another one to whoever consented. */
function keyNamesOf({ keys }: Target): Readonly<Record<string, string>> {
  const named = [...keys].flatMap(([handle, { name }]) => (name === undefined ? [] : [[handle, name] as const]));
  return Object.fromEntries(named);
}

/** The floor protects secret halves of named keys; session keys are their connection's own. */
function floor({ call, target }: Trail): number {
  if (call.traits.resource !== 'key') return call.traits.approvalFloor;
  const held = target?.keys.get(target.id);
  const isNamedSecret = held === undefined || (held.scope === 'named' && held.key.type !== 'public');
  return isNamedSecret ? call.traits.approvalFloor : 0;
}

function heldOperation(trail: Trail): HeldOperation {
  const { call, principal, params = {}, target } = trail;
  if (principal === undefined || target === undefined) throw new SidecarError('permission_denied', call.method);
  return {
    method: call.method,
    action: call.traits.action,
    params,
    resource: target.id,
    resourceState: target.etag,
    keyNames: keyNamesOf(target),
    requester: principal.id,
    credential: principal.credential.subject,
    by: requestIdOf(trail),
    attributes: target.resource.attributes,
  };
}

/** Names the call that uses an approval up, so that its repetition after a lost answer is let through. */
function requestIdOf({ call, params }: Trail): string {
  const { requestId } = (params ?? {}) as { requestId?: unknown };
  return typeof requestId === 'string' ? requestId : `${call.session.id}`;
}

function required(open: Approval, desk: ApprovalDesk, needed: number): SidecarError {
  const { id, digest, operation } = open;
  const given = desk.validVotes(open);
  const approval = { id, digest, needed, given, expiresAt: operation.expiresAt };
  return new SidecarError('approval_required', `${operation.method} needs ${needed}`, { facts: { approval } });
}
