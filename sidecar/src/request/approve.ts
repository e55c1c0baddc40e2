import { SidecarError } from '../errors.ts';
import type { Trail } from './context.ts';

/**
 * Holds an operation until enough other people have approved it: as many as the policy asks for, never fewer than
 * the method's floor. The floor protects secret halves of named keys; session keys are their connection's own.
 * Until approvals can be given, it refuses.
 */
export function approve(trail: Trail): void {
  const needed = Math.max(floor(trail), trail.approvalsNeeded ?? 0);
  if (needed > 0) throw new SidecarError('approval_required', `${trail.call.method} needs ${needed}`);
}

function floor({ call, target }: Trail): number {
  if (call.traits.resource !== 'key') return call.traits.approvalFloor;
  const held = target?.keys.get(target.id);
  const isNamedSecret = held === undefined || (held.scope === 'named' && held.key.type !== 'public');
  return isNamedSecret ? call.traits.approvalFloor : 0;
}
