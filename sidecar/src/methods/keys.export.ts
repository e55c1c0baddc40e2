import type { CryptoProvider } from '../crypto/provider.ts';
import type { Handler } from '../request/context.ts';
import { exportKey } from './exported-key.ts';

export function createKeysExport(provider: CryptoProvider): Handler<'keys.export'> {
  return async (params, execution) => {
    const crypto = provider.for(execution.session);
    const { format, wrapping } = params;
    const handle = execution.target;
    const wrappingKey = wrapping !== undefined && 'key' in wrapping ? execution.key(wrapping.key) : undefined;
    const exported = await exportKey(crypto, params, { released: execution.released(handle), wrappingKey });
    return { ...exported, format, version: Number(handle.split('/')[1]) };
  };
}
