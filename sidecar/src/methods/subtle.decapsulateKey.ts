import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { holdKey } from './held-key.ts';

export function createSubtleDecapsulateKey(provider: CryptoProvider): Handler<'subtle.decapsulateKey'> {
  return async ({ algorithm, key, ciphertext, sharedKeyAlgorithm, extractable, usages }, execution) => {
    const crypto = provider.for(execution.session);
    const attributes = { extractable, usages };
    const shared = await crypto.decapsulateKey(
      algorithm,
      execution.key(key),
      ciphertext,
      sharedKeyAlgorithm,
      attributes,
    );
    return { sharedKey: await holdKey(crypto, execution, shared) };
  };
}
