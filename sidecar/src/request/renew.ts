import type { Approve } from './approve.ts';
import type { Authenticate } from './authenticate.ts';
import type { Authorizer } from './authorize.ts';
import type { Trail } from './context.ts';

/**
 * Decides once more, who it is and approvals included, because principals, policy, roles or keys have changed since the
 * decision. They may change again meanwhile: ask `isCurrent` in the tick that acts.
 */
export type Renew = (trail: Trail) => Promise<void>;

export function createRenew(authenticate: Authenticate, authorizer: Authorizer, approve: Approve): Renew {
  return async (trail) => {
    authenticate.refresh(trail);
    await authorizer.authorize(trail);
    await approve.approve(trail);
  };
}
