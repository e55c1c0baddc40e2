import type { PolicyStore } from '../policy/policy-store.ts';
import type { Handler } from '../request/context.ts';

export function createPolicyRollback(store: PolicyStore): Handler<'policy.rollback'> {
  return async ({ version, signature, requestId }, { principal, approval, requestDigest, requireCurrent }) => {
    const request = { requestId, requestDigest, principal: principal.id, requireCurrent };
    return { policy: await store.rollback(version, { signature, by: principal.id, approval, request }) };
  };
}
