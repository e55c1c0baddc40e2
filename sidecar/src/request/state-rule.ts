import { SidecarError } from '../errors.ts';
import { permits } from '../keystore/key-state.ts';
import type { Target } from './context.ts';

/**
 * The state machine's word, which no policy overrules: each key must be in a state that permits the method.
 *
 * @throws SidecarError `key_state`
 */
export function requireUsable({ keys }: Target, method: string): void {
  for (const { name = 'the key', state } of keys.values()) {
    if (state !== undefined && !permits(state, method)) throw new SidecarError('key_state', `${name} is ${state}`);
  }
}
