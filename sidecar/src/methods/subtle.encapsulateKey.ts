import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { holdKey } from './held-key.ts';

export function createSubtleEncapsulateKey(provider: CryptoProvider): Handler<'subtle.encapsulateKey'> {
  return async ({ algorithm, key, sharedKeyAlgorithm, extractable, usages }, execution) => {
    const crypto = provider.for(execution.session);
    const attributes = { extractable, usages };
    const { sharedKey, ciphertext } = await crypto.encapsulateKey(
      algorithm,
      execution.key(key),
      sharedKeyAlgorithm,
      attributes,
    );
    return { sharedKey: await holdKey(crypto, execution, sharedKey), ciphertext };
  };
}
