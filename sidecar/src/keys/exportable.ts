import type { LoadedKey } from '../crypto/key.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { KeysExportParams } from '../generated/types.ts';
import { exportKey } from '../methods/exported-key.ts';

/**
 * Tries an export before people are asked about it; what comes out is wiped.
 *
 * @param key of a handle
 * @throws SidecarError what the export would refuse
 */
export type RequireExportable = (
  params: KeysExportParams,
  handle: string,
  key: (handle: string) => LoadedKey | undefined,
) => Promise<void>;

export function createRequireExportable(crypto: CryptoProvider): RequireExportable {
  return async (params, handle, key) => {
    const exporting = key(handle);
    if (exporting === undefined) return;
    const { wrapping } = params;
    const wrappingKey = wrapping !== undefined && 'key' in wrapping ? key(wrapping.key) : undefined;
    const exported = await exportKey(crypto, params, { released: { ...exporting, extractable: true }, wrappingKey });
    if ('keyData' in exported) exported.keyData.dispose();
  };
}
