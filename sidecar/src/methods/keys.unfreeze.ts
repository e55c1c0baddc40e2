import { SidecarError } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Quotas } from '../limits/quotas.ts';
import type { Handler } from '../request/context.ts';

export function createKeysUnfreeze(keystore: Keystore, quotas: Pick<Quotas, 'unfreeze'>): Handler<'keys.unfreeze'> {
  return async ({ name, requestId }, { principal, requestDigest, requireCurrent }) => {
    const record = await keystore.get(name);
    if (record === undefined) throw new SidecarError('not_found', name);
    await quotas.unfreeze(record.id, { requestId, requestDigest, principal: principal.id, requireCurrent });
    return {};
  };
}
