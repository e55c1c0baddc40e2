import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { holdKey } from './held-key.ts';

export function createSubtleUnwrapKey(provider: CryptoProvider): Handler<'subtle.unwrapKey'> {
  return async (params, execution) => {
    const crypto = provider.for(execution.session);
    const { format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable, usages } = params;
    const attributes = { extractable, usages };
    const unwrapping = execution.key(unwrappingKey);
    const key = await crypto.unwrapKey(
      format,
      wrappedKey,
      unwrapping,
      unwrapAlgorithm,
      unwrappedKeyAlgorithm,
      attributes,
    );
    return { key: await holdKey(crypto, execution, key) };
  };
}
