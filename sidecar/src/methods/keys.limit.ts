import { SidecarError } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Quotas } from '../limits/quotas.ts';
import type { Handler } from '../request/context.ts';

export function createKeysLimit(keystore: Keystore, quotas: Pick<Quotas, 'limit'>): Handler<'keys.limit'> {
  return async ({ name, quota, requestId }, { principal, requestDigest, requireCurrent }) => {
    const record = await keystore.get(name);
    if (record === undefined) throw new SidecarError('not_found', name);
    return {
      quota: await quotas.limit(record.id, quota, {
        requestId,
        requestDigest,
        principal: principal.id,
        requireCurrent,
      }),
    };
  };
}
