import type { RotationPolicies } from '../keys/rotation-policies.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createRotationRemove(policies: Pick<RotationPolicies, 'remove'>): Handler<'rotation.remove'> {
  return async ({ name, requestId }, execution) => {
    await policies.remove(name, changeRequest(requestId, execution));
    return {};
  };
}
