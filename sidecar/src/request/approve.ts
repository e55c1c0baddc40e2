import type { ApprovalDesk, HeldOperation } from '../approval/desk.ts';
import { SidecarError } from '../errors.ts';
import type { Approval } from '../generated/types.ts';
import type { Trail } from './context.ts';

/** Holds an operation until enough other people have approved it. */
export interface Approve {
  /**
   * As many approvals as the policy asks for, never fewer than the method's floor.
   *
   * @throws SidecarError `approval_required` with the request that people can decide
   */
  approve(trail: Trail): Promise<void> | undefined;
  /** Uses the approval up, in the moment before the operation acts. */
  redeem(trail: Trail): Promise<void>;
}

export function createApprove(desk: ApprovalDesk): Approve {
  async function hold(trail: Trail, needed: number): Promise<void> {
    const { approval } = trail;
    if (approval !== undefined && trail.isRedeemed === true) return await reconsider(trail, approval, needed);
    const held = heldOperation(trail);
    const open = await desk.find(held);
    if (open !== undefined && desk.validVotes(open) >= needed) {
      trail.approval = open;
      return;
    }
    throw required(await desk.file(held, needed), desk, needed);
  }

  /** It was used up and has not acted yet: when more is needed by now, people decide again. */
  async function reconsider(trail: Trail, approval: Approval, needed: number): Promise<void> {
    if (desk.validVotes(approval) >= needed) return;
    await desk.restore(approval.id, needed);
    trail.isRedeemed = false;
    throw required(approval, desk, needed);
  }

  return {
    approve(trail) {
      const needed = Math.max(floor(trail), trail.approvalsNeeded ?? 0);
      trail.approvalsNeeded = needed;
      return needed === 0 ? undefined : hold(trail, needed);
    },
    async redeem(trail) {
      const { approval, approvalsNeeded = 0 } = trail;
      // A policy that was loaded meanwhile may ask for none.
      if (approval === undefined || approvalsNeeded === 0) {
        delete trail.approval;
        return;
      }
      await desk.consume(approval.id, approvalsNeeded, requestIdOf(trail));
      trail.isRedeemed = true;
    },
  };
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
