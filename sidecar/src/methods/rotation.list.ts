import type { RotationPolicies } from '../keys/rotation-policies.ts';
import type { Handler } from '../request/context.ts';

export function createRotationList(policies: Pick<RotationPolicies, 'list'>): Handler<'rotation.list'> {
  return async () => ({ rotationPolicies: [...policies.list()] });
}
