import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import type { KeyChanged } from './keys.create.ts';

export function createKeysRename(keystore: Keystore, changed: KeyChanged): Handler<'keys.rename'> {
  return async ({ name, newName, requestId }, execution) => {
    const change = { nameOrId: name, newName, ...changeRequest(requestId, execution) };
    const record = await keystore.rename(change);
    changed(record);
    return { record };
  };
}
