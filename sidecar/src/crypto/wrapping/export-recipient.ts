import { SidecarError } from '../../errors.ts';
import type { ImportWrappingName, KeyAlgorithm } from '../../generated/types.ts';
import type { WrappingCrypto } from './key-wrapping.ts';
import { wrappings } from './wrapping-table.ts';

/** Whoever has the private key of a public one. */
export interface ExportRecipient {
  /** Of the public key. */
  readonly algorithm: KeyAlgorithm;
  /**
   * @param key stays the caller's to wipe
   * @param info what the recipient has to know
   */
  wrap(key: Uint8Array, info: Uint8Array): Promise<Uint8Array>;
}

/**
 * Reads the public key of a recipient. It must be encoded in the one way that DER has, because people know it by its
 * digest.
 *
 * @param spki SubjectPublicKeyInfo, DER
 * @throws SidecarError `data_invalid`, `wrapping_weak` for an RSA key whose numbers protect nothing
 * @example const recipient = await loadExportRecipient(provider, 'HPKE-X25519', spki);
 */
export async function loadExportRecipient(
  crypto: WrappingCrypto,
  name: ImportWrappingName,
  spki: Uint8Array,
): Promise<ExportRecipient> {
  const wrapping = wrappings[name];
  const publicKey = await wrapping.load(crypto, spki);
  const encoded = await crypto.exportKey('spki', publicKey);
  if (!Buffer.from(spki).equals(encoded)) throw new SidecarError('data_invalid', 'the recipient is not in plain DER');
  return Object.freeze({
    algorithm: publicKey.algorithm,
    wrap: (key, info) => wrapping.wrap(crypto, publicKey, key, info),
  } satisfies ExportRecipient);
}
