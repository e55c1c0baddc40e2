import type { PolicyStore } from '../policy/policy-store.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createPolicyLoad(store: PolicyStore): Handler<'policy.load'> {
  return async ({ text, signature, requestId }, execution) => {
    const { principal, approval } = execution;
    const request = changeRequest(requestId, execution);
    return { policy: await store.load(text, { signature, by: principal.id, approval, request }) };
  };
}
