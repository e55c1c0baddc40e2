import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { requireWrappable } from './wrappable.ts';

export function createSubtleWrapKey(provider: CryptoProvider): Handler<'subtle.wrapKey'> {
  return async (params, execution) => {
    const crypto = provider.for(execution.session);
    requireWrappable(params, (handle) => execution.key(handle));
    const { format, key, wrappingKey, wrapAlgorithm } = params;
    const released = execution.released(key);
    return { wrappedKey: await crypto.wrapKey(format, released, execution.key(wrappingKey), wrapAlgorithm) };
  };
}
