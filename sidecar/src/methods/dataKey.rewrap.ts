import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { parseWrapped } from '../request/wrapped-data-key.ts';
import { Secret } from '../secret.ts';
import { unwrapDataKey, wrapDataKey } from './data-key-wrapping.ts';
import { targetVersion } from './named-version.ts';
import type { FillRandom } from './system.random.ts';

/** The target is the version that wraps from now on; the one that wrapped before is of the same named key. */
export function createDataKeyRewrap(provider: CryptoProvider, fillRandom: FillRandom): Handler<'dataKey.rewrap'> {
  return async ({ wrapped }, execution) => {
    const crypto = provider.for(execution.session);
    const next = targetVersion(execution);
    const { keyId, version } = next;
    const parsed = parseWrapped(wrapped);
    const key = execution.key(`${keyId}/${parsed.keyVersion}`);
    using dataKey = Secret.take(await unwrapDataKey(crypto, { key, keyId }, parsed));
    return { wrapped: await wrapDataKey(crypto, fillRandom, next, dataKey.bytes), version };
  };
}
