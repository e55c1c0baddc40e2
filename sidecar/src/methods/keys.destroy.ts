import type { KeyRetention } from '../keys/key-retention.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import type { KeyChanged } from './keys.create.ts';
import { moveKey } from './move-key.ts';

/** Seven days to notice a mistake. */
const defaultWindowSeconds = 7 * 24 * 60 * 60;

export function createKeysDestroy(
  keystore: Keystore,
  retention: Pick<KeyRetention, 'requireOver'>,
  changed: KeyChanged,
): Handler<'keys.destroy'> {
  return ({ windowSeconds = defaultWindowSeconds, ...params }, execution) => {
    const destruction = { ...params, windowMs: windowSeconds * 1000, require: retention.requireOver };
    return moveKey(keystore, changed, 'destroy', destruction, execution);
  };
}
