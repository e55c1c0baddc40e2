import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { Secret } from '../secret.ts';

export function createSubtleEncapsulateBits(provider: CryptoProvider): Handler<'subtle.encapsulateBits'> {
  return async ({ algorithm, key }, execution) => {
    const crypto = provider.for(execution.session);
    const { sharedKey, ciphertext } = await crypto.encapsulateBits(algorithm, execution.key(key));
    return { sharedKey: Secret.take(sharedKey), ciphertext };
  };
}
