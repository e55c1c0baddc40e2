import type { LoadedKey } from '../crypto/key.ts';
import type { CryptoOperations } from '../crypto/provider.ts';
import { wrapWithAesKey } from '../crypto/wrapping/aes-key-wrap.ts';
import { loadExportRecipient } from '../crypto/wrapping/export-recipient.ts';
import { SidecarError } from '../errors.ts';
import type { ExportWrapping, KeysExportParams, NamedKeyWrapping, RecipientWrapping } from '../generated/types.ts';
import { Secret } from '../secret.ts';
import { requireStrongWrapping } from './wrapping-strength.ts';

/** A key on its way out, and the one that wraps it where that is one of this sidecar's. */
export interface ExportKeys {
  /** Extractable. */
  readonly released: LoadedKey;
  readonly wrappingKey?: LoadedKey | undefined;
}

/** What leaves: the secret itself or, wrapped, no secret. */
export type ExportedKey = { readonly keyData: Secret } | { readonly wrapped: Uint8Array };

/** HPKE recipients have to know that it is no import that they get. */
const exportInfo = Buffer.from('ferrohsm/export/v1');
const importInfoPrefix = 'ferrohsm/import/v1\0';

/**
 * @throws SidecarError `not_supported` for a format that the key does not have, `wrapping_weak`, `data_invalid` for what
 *   is no public key of the wrapping, `access_invalid` for a key that does not wrap, `operation_failed` for a length that
 *   AES-KW does not take
 */
export async function exportKey(
  crypto: CryptoOperations,
  { format, wrapping }: Pick<KeysExportParams, 'format' | 'wrapping'>,
  keys: ExportKeys,
): Promise<ExportedKey> {
  const wrap = wrapping && (await openWrapping(crypto, wrapping, keys));
  const keyData = Secret.take(await crypto.exportKey(format, keys.released));
  if (wrap === undefined) return { keyData };
  try {
    return { wrapped: await wrap(keyData.bytes) };
  } finally {
    keyData.dispose();
  }
}

type Wrap = (key: Uint8Array) => Promise<Uint8Array>;

/** All that can be refused is refused here, before the secret is taken out. */
async function openWrapping(crypto: CryptoOperations, wrapping: ExportWrapping, keys: ExportKeys): Promise<Wrap> {
  return isForRecipient(wrapping) ? await toRecipient(crypto, wrapping, keys) : underKey(wrapping, keys);
}

function isForRecipient(wrapping: ExportWrapping): wrapping is RecipientWrapping {
  return 'publicKey' in wrapping;
}

async function toRecipient(
  crypto: CryptoOperations,
  { name, publicKey, importId }: RecipientWrapping,
  { released }: ExportKeys,
): Promise<Wrap> {
  const recipient = await loadExportRecipient(crypto, name, publicKey);
  requireStrongWrapping(recipient.algorithm, released.algorithm);
  const info = importId === undefined ? exportInfo : Buffer.from(importInfoPrefix + importId);
  return (key) => recipient.wrap(key, info);
}

function underKey({ name }: NamedKeyWrapping, { released, wrappingKey }: ExportKeys): Wrap {
  if (wrappingKey === undefined) throw new SidecarError('internal_error', 'the wrapping key was not looked up');
  requireStrongWrapping(wrappingKey.algorithm, released.algorithm);
  requireAnother(wrappingKey, released);
  return async (key) => wrapWithAesKey(name, wrappingKey, key);
}

/** Wrapped under itself, under whatever name, a key is lost to everybody who does not have it already. */
function requireAnother(wrappingKey: LoadedKey, { parts: [part] }: LoadedKey): void {
  if (part !== undefined && wrappingKey.parts[0]?.equals(part)) {
    throw new SidecarError('access_invalid', 'a key does not wrap itself');
  }
}
