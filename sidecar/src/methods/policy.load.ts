import type { PolicyStore } from '../policy/policy-store.ts';
import type { Handler } from '../request/context.ts';

export function createPolicyLoad(store: PolicyStore): Handler<'policy.load'> {
  return async ({ text, signature, requestId }, { principal, approval, requestDigest, requireCurrent }) => {
    const request = { requestId, requestDigest, principal: principal.id, requireCurrent };
    return { policy: await store.load(text, { signature, by: principal.id, approval, request }) };
  };
}
