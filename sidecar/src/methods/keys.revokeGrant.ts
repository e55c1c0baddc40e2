import { SidecarError } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import type { Grants } from './grants.ts';
import type { KeyChanged } from './keys.create.ts';

export function createKeysRevokeGrant(
  keystore: Keystore,
  grants: Grants,
  changed: KeyChanged,
): Handler<'keys.revokeGrant'> {
  return async ({ name, grantee, requestId }, execution) => {
    const record = await keystore.get(name);
    if (record === undefined) throw new SidecarError('not_found', name);
    const request = changeRequest(requestId, execution);
    const grantees = await grants.revoke(record.id, grantee, request);
    changed(record);
    return { grantees: [...grantees] };
  };
}
