import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { dataKeyBytes } from '../request/wrapped-data-key.ts';
import { Secret, secretMemory } from '../secret.ts';
import { wrapDataKey } from './data-key-wrapping.ts';
import { targetVersion } from './named-version.ts';
import type { FillRandom } from './system.random.ts';

export function createDataKeyGenerate(crypto: CryptoProvider, fillRandom: FillRandom): Handler<'dataKey.generate'> {
  return async (_params, execution) => {
    const named = targetVersion(execution);
    const dataKey = Secret.take(fillRandom(secretMemory(dataKeyBytes)));
    try {
      const wrapped = await wrapDataKey(crypto.for(execution.session), fillRandom, named, dataKey.bytes);
      return { dataKey, wrapped, keyId: named.keyId, version: named.version };
    } catch (error) {
      dataKey.dispose();
      throw error;
    }
  };
}
