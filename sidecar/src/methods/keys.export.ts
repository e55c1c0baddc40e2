import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { Secret } from '../secret.ts';

export function createKeysExport(crypto: CryptoProvider): Handler<'keys.export'> {
  return async ({ format }, execution) => {
    const handle = execution.target;
    const keyData = Secret.take(await crypto.exportKey(format, execution.released(handle)));
    return { keyData, format, version: Number(handle.split('/')[1]) };
  };
}
