import { approve } from './approve.ts';
import type { Authorizer } from './authorize.ts';
import type { Trail } from './context.ts';

/**
 * Decides once more, approvals included, because policy, roles or keys have changed since the decision. They may change
 * again meanwhile: ask `isCurrent` in the tick that acts.
 */
export async function renew(trail: Trail, authorizer: Authorizer): Promise<void> {
  await authorizer.authorize(trail);
  approve(trail);
}
