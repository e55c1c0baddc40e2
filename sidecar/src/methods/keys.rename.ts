import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import type { KeyChanged } from './keys.create.ts';

export function createKeysRename(keystore: Keystore, changed: KeyChanged): Handler<'keys.rename'> {
  return async ({ name, newName, requestId }, { principal, requestDigest, requireCurrent }) => {
    const change = { nameOrId: name, newName, requestId, requestDigest, principal: principal.id, requireCurrent };
    const record = await keystore.rename(change);
    changed(record);
    return { record };
  };
}
