import type { Handler } from '../request/context.ts';

/** From its return on no other call comes in; the keys are wiped before its answer leaves, when its record is written. */
export function createSystemSeal(shutOut: () => void): Handler<'system.seal'> {
  return async (_params, { requireCurrent }) => {
    requireCurrent?.();
    shutOut();
    return { sealed: true };
  };
}
