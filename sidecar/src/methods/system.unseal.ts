import type { Handler } from '../request/context.ts';
import type { NextShares } from '../seal/next-shares.ts';

/**
 * Of a sidecar that is not sealed: it takes shares of the next root key. Whoever comes too late with another share learns
 * that it is not needed any more.
 */
export function createSystemUnseal(nextShares: Pick<NextShares, 'give'> | undefined): Handler<'system.unseal'> {
  return async ({ share }, { session }) => {
    const next = share && (await nextShares?.give(share, session.peer));
    return { sealed: false, ...(next !== undefined && { next }) };
  };
}
