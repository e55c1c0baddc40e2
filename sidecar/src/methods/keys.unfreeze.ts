import { SidecarError } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Quotas } from '../limits/quotas.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createKeysUnfreeze(keystore: Keystore, quotas: Pick<Quotas, 'unfreeze'>): Handler<'keys.unfreeze'> {
  return async ({ name, requestId }, execution) => {
    const record = await keystore.get(name);
    if (record === undefined) throw new SidecarError('not_found', name);
    await quotas.unfreeze(record.id, changeRequest(requestId, execution));
    return {};
  };
}
