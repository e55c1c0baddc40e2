import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { Secret } from '../secret.ts';

export function createSubtleExportKey(crypto: CryptoProvider): Handler<'subtle.exportKey'> {
  return async ({ format, key }, execution) => ({
    keyData: Secret.take(await crypto.exportKey(format, execution.released(key))),
  });
}
