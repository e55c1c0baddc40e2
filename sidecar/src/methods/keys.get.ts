import { SidecarError } from '../errors.ts';
import type { RotationPolicies } from '../keys/rotation-policies.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';

export function createKeysGet(keystore: Keystore, rotationPolicies: Pick<RotationPolicies, 'of'>): Handler<'keys.get'> {
  return async ({ name }) => {
    const record = await keystore.get(name);
    if (record === undefined) throw new SidecarError('not_found', name);
    const rotation = rotationPolicies.of(record);
    return { record, ...(rotation && { rotation }) };
  };
}
