import { SidecarError } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Quotas } from '../limits/quotas.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createKeysLimit(keystore: Keystore, quotas: Pick<Quotas, 'limit'>): Handler<'keys.limit'> {
  return async ({ name, quota, requestId }, execution) => {
    const record = await keystore.get(name);
    if (record === undefined) throw new SidecarError('not_found', name);
    return {
      quota: await quotas.limit(record.id, quota, changeRequest(requestId, execution)),
    };
  };
}
