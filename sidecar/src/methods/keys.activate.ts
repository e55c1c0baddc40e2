import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import type { KeyChanged } from './keys.create.ts';
import { moveKey } from './move-key.ts';

export function createKeysActivate(keystore: Keystore, changed: KeyChanged): Handler<'keys.activate'> {
  return (params, execution) => moveKey(keystore, changed, 'activate', params, execution);
}
