import { SidecarError } from '../errors.ts';
import type { Trail } from './context.ts';
import { isEmergency } from './emergency.ts';

/** Holds critical operations back while too few witnesses see the log. */
export type Hold = (trail: Trail) => void;

/** @param suffices whether enough witnesses have cosigned lately, or none are needed */
export function createHold(suffices: () => boolean): Hold {
  return (trail) => {
    if (isCritical(trail) && !suffices()) throw new SidecarError('witness_missing');
  };
}

/** What lets secret keys out, what other people have to agree to, and all that an emergency does. */
function isCritical(trail: Trail): boolean {
  const { call, approvalsNeeded = 0 } = trail;
  return call.traits.effect === 'release' || approvalsNeeded > 0 || isEmergency(trail);
}
