import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';

export function createSubtleVerify(crypto: CryptoProvider): Handler<'subtle.verify'> {
  return async ({ algorithm, key, signature, data }, execution) => ({
    valid: await crypto.for(execution.session).verify(algorithm, execution.key(key), signature, data),
  });
}
