import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { holdKey } from './held-key.ts';

export function createSubtleGetPublicKey(crypto: CryptoProvider): Handler<'subtle.getPublicKey'> {
  return async ({ key, usages }, execution) => ({
    key: await holdKey(crypto, execution, await crypto.publicKey(execution.key(key), usages)),
  });
}
