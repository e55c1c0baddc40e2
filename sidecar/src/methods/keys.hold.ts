import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import type { KeyChanged } from './keys.create.ts';

export function createKeysHold(keystore: Keystore, changed: KeyChanged): Handler<'keys.hold'> {
  return async ({ name, reason, requestId }, execution) => {
    const record = await keystore.revise(
      name,
      (before) => ({ ...before, retention: { ...before.retention, hold: reason } }),
      changeRequest(requestId, execution),
    );
    changed(record);
    return { record };
  };
}
