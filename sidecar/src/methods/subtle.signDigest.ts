import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';

export function createSubtleSignDigest(crypto: CryptoProvider): Handler<'subtle.signDigest'> {
  return async ({ algorithm, key, digest }, execution) => ({
    signature: await crypto.for(execution.session).signDigest(algorithm, execution.key(key), digest),
  });
}
