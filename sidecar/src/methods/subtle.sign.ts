import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';

export function createSubtleSign(crypto: CryptoProvider): Handler<'subtle.sign'> {
  return async ({ algorithm, key, data }, execution) => ({
    signature: await crypto.for(execution.session).sign(algorithm, execution.key(key), data),
  });
}
