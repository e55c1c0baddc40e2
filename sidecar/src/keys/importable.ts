import type { CryptoProvider } from '../crypto/provider.ts';
import { SidecarError } from '../errors.ts';
import type { KeysImportParams } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { ImportedKey } from '../methods/imported-key.ts';
import type { ImportKeys } from './import-keys.ts';

export interface ImportableParts {
  readonly crypto: CryptoProvider;
  readonly keystore: Keystore;
  readonly importKeys: ImportKeys;
  /** For so long a request waits for people, in milliseconds. */
  readonly approvalLifetimeMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Tries an import before people are asked about it, and lets its import key wait for them.
 *
 * @throws SidecarError `already_exists`, and what the import would refuse
 */
export type RequireImportable = (params: KeysImportParams, principal: string) => Promise<void>;

/** The request that people get is filed within that time. */
const filingMs = 60_000;

export function createRequireImportable(parts: ImportableParts): RequireImportable {
  const { crypto, keystore, importKeys, approvalLifetimeMs, now } = parts;
  return async (params, principal) => {
    if ((await keystore.get(params.name)) !== undefined) throw new SidecarError('already_exists', params.name);
    using imported = await ImportedKey.open(crypto, importKeys, params, principal);
    imported.keepUntil(now() + approvalLifetimeMs() + filingMs);
  };
}
