import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { Secret } from '../secret.ts';
import { peerKey } from './peer-key.ts';

export function createSubtleDeriveBits(provider: CryptoProvider): Handler<'subtle.deriveBits'> {
  return async ({ algorithm, key, length }, execution) => {
    const crypto = provider.for(execution.session);
    const peer = await peerKey(crypto, algorithm, execution);
    return { bits: Secret.take(await crypto.deriveBits(algorithm, execution.key(key), length, peer)) };
  };
}
