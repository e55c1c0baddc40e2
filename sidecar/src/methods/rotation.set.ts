import { SidecarError } from '../errors.ts';
import type { RotationPolicies } from '../keys/rotation-policies.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createRotationSet(policies: Pick<RotationPolicies, 'set'>): Handler<'rotation.set'> {
  return async ({ rotationPolicy, requestId }, execution) => {
    if (Object.keys(rotationPolicy.schedule).length === 0) {
      throw new SidecarError('invalid_params', `the schedule of ${rotationPolicy.name} has no limit`);
    }
    return { rotationPolicy: await policies.set(rotationPolicy, changeRequest(requestId, execution)) };
  };
}
