import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';

export function createSubtleWrapKey(crypto: CryptoProvider): Handler<'subtle.wrapKey'> {
  return async ({ format, key, wrappingKey, wrapAlgorithm }, execution) => ({
    wrappedKey: await crypto.wrapKey(format, execution.released(key), execution.key(wrappingKey), wrapAlgorithm),
  });
}
