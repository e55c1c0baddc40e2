import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { holdKey } from './held-key.ts';

export function createSubtleImportKey(provider: CryptoProvider): Handler<'subtle.importKey'> {
  return async ({ format, keyData, algorithm, extractable, usages }, execution) => {
    const crypto = provider.for(execution.session);
    const key = await crypto.importKey(format, keyData.bytes, algorithm, { extractable, usages });
    return { key: await holdKey(crypto, execution, key) };
  };
}
