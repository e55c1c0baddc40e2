import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { Secret } from '../secret.ts';

export function createSubtleDecapsulateBits(crypto: CryptoProvider): Handler<'subtle.decapsulateBits'> {
  return async ({ algorithm, key, ciphertext }, execution) => ({
    sharedKey: Secret.take(
      await crypto.for(execution.session).decapsulateBits(algorithm, execution.key(key), ciphertext),
    ),
  });
}
