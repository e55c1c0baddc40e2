import type { CryptoProvider } from '../crypto/provider.ts';
import { generateImportKey } from '../crypto/wrapping/import-key.ts';
import { startRounds } from '../lifecycle/rounds.ts';
import { ImportKeys } from './import-keys.ts';

/** A key that ran out is in memory no longer than that. */
const expiryIntervalMs = 10_000;

/** The import keys of an unsealed sidecar; closing forgets them all. */
export function openImportKeys(
  crypto: CryptoProvider,
  now: () => number,
  onError: (error: unknown, where: string) => void,
): { readonly keys: ImportKeys; close(): Promise<void> } {
  const keys = new ImportKeys({ generate: (wrapping) => generateImportKey(crypto, wrapping), now });
  const expiring = startRounds({
    round: async () => keys.expire(),
    intervalMs: expiryIntervalMs,
    onError: (error) => onError(error, 'expiry of import keys'),
  });
  return {
    keys,
    async close() {
      await expiring.close();
      keys.clear();
    },
  };
}
