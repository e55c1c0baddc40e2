import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';

export function createSubtleEncrypt(crypto: CryptoProvider): Handler<'subtle.encrypt'> {
  return async ({ algorithm, key, data }, execution) => ({
    data: await crypto.for(execution.session).encrypt(algorithm, execution.key(key), data.bytes),
  });
}
