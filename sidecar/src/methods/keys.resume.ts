import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import type { KeyChanged } from './keys.create.ts';
import { moveKey } from './move-key.ts';

export function createKeysResume(keystore: Keystore, changed: KeyChanged): Handler<'keys.resume'> {
  return (params, execution) => moveKey(keystore, changed, 'resume', params, execution);
}
