import type { PolicyStore } from '../policy/policy-store.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createPolicyRollback(store: PolicyStore): Handler<'policy.rollback'> {
  return async ({ version, signature, requestId }, execution) => {
    const { principal, approval } = execution;
    const request = changeRequest(requestId, execution);
    return { policy: await store.rollback(version, { signature, by: principal.id, approval, request }) };
  };
}
