import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { holdKey } from './held-key.ts';

export function createSubtleGenerateKey(provider: CryptoProvider): Handler<'subtle.generateKey'> {
  return async ({ algorithm, extractable, usages }, execution) => {
    const crypto = provider.for(execution.session);
    const generated = await crypto.generateKey(algorithm, { extractable, usages });
    if (!('privateKey' in generated)) return { key: await holdKey(crypto, execution, generated) };
    const privateKey = await holdKey(crypto, execution, generated.privateKey);
    try {
      return { privateKey, publicKey: await holdKey(crypto, execution, generated.publicKey) };
    } catch (error) {
      // Nobody learns the handle: the key would take its place until the connection ends.
      execution.session.keys.release([privateKey.handle]);
      throw error;
    }
  };
}
