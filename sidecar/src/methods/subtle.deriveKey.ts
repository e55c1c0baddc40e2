import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { holdKey } from './held-key.ts';
import { peerKey } from './peer-key.ts';

export function createSubtleDeriveKey(provider: CryptoProvider): Handler<'subtle.deriveKey'> {
  return async ({ algorithm, key, derivedKeyAlgorithm, extractable, usages }, execution) => {
    const crypto = provider.for(execution.session);
    const peer = await peerKey(crypto, algorithm, execution);
    const attributes = { extractable, usages };
    const derived = await crypto.deriveKey(algorithm, execution.key(key), derivedKeyAlgorithm, attributes, peer);
    return { key: await holdKey(crypto, execution, derived) };
  };
}
