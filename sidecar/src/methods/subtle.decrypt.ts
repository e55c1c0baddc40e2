import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { Secret } from '../secret.ts';

export function createSubtleDecrypt(crypto: CryptoProvider): Handler<'subtle.decrypt'> {
  return async ({ algorithm, key, data }, execution) => ({
    data: Secret.take(await crypto.for(execution.session).decrypt(algorithm, execution.key(key), data)),
  });
}
