import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { parseWrapped } from '../request/wrapped-data-key.ts';
import { Secret } from '../secret.ts';
import { unwrapDataKey } from './data-key-wrapping.ts';
import { targetVersion } from './named-version.ts';

export function createDataKeyDecrypt(crypto: CryptoProvider): Handler<'dataKey.decrypt'> {
  return async ({ wrapped }, execution) => {
    const named = targetVersion(execution);
    const dataKey = Secret.take(await unwrapDataKey(crypto.for(execution.session), named, parseWrapped(wrapped)));
    return { dataKey, version: named.version };
  };
}
