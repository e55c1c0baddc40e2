import { SidecarError } from '../errors.ts';

const maxNeeded = 1000;

/**
 * Zero never passes.
 *
 * @throws SidecarError `permission_denied`
 */
export function requireQuorum(needed: number): void {
  if (!Number.isInteger(needed) || needed < 1 || needed > maxNeeded) {
    throw new SidecarError('permission_denied', `${needed} is no number of approvals`);
  }
}
