import { SidecarError } from '../../errors.ts';
import type { Algorithm, KeyAlgorithm, KeyFormat, KeyUsage, PublicKey } from '../../generated/types.ts';
import type { LoadedKey, LoadedKeyPair } from '../key.ts';
import type { KeyAttributes, StoredKey } from '../provider.ts';
import { keyFamilyOf } from './algorithm-table.ts';
import { longestKeyBytes, storedType } from './key-family.ts';
import { dataInvalid, notSupported } from './refusal.ts';

/**
 * Makes a secret key or a key pair (WebCrypto "generate key").
 *
 * @throws SidecarError `not_supported`, `syntax_invalid` (usages), `operation_failed` (lengths), `type_invalid`
 * @example await generateKey({ name: 'ML-DSA-65' }, { extractable: false, usages: ['sign', 'verify'] });
 */
export async function generateKey(algorithm: Algorithm, attributes: KeyAttributes): Promise<LoadedKey | LoadedKeyPair> {
  return keyFamilyOf(algorithm).generate(algorithm, attributes);
}

/**
 * Reads a key (WebCrypto "import key"); a private key that does not fit the public key beside it is refused.
 *
 * @param data of a jwk its JSON in UTF-8; at most 64 KiB; stays the caller's to wipe
 * @throws SidecarError `not_supported`, `syntax_invalid` (usages), `data_invalid`, `type_invalid`
 */
export async function importKey(
  format: KeyFormat,
  data: Uint8Array,
  algorithm: Algorithm | KeyAlgorithm,
  attributes: KeyAttributes,
): Promise<LoadedKey> {
  const family = keyFamilyOf(algorithm);
  if (data.length > longestKeyBytes) throw dataInvalid(`a key of ${data.length} bytes`);
  return family.import(format, data, algorithm, attributes);
}

/**
 * Writes a key (WebCrypto "export key").
 *
 * @returns unpooled bytes that the caller owns and wipes; of a jwk its JSON in UTF-8
 * @throws SidecarError `not_supported`, `access_invalid` when the key is not extractable or of another type
 */
export async function exportKey(format: KeyFormat, key: LoadedKey): Promise<Uint8Array> {
  const family = keyFamilyOf(key.algorithm);
  if (!family.exportable) throw notSupported(`export of a ${key.algorithm.name} key`);
  if (!key.extractable) throw new SidecarError('access_invalid', 'the key is not extractable');
  return family.export(format, key);
}

/**
 * Whether keys of the algorithm have a public half.
 *
 * @throws SidecarError `not_supported`
 */
export function isPair(algorithm: Algorithm | KeyAlgorithm): boolean {
  return keyFamilyOf(algorithm).publicFormat !== null;
}

/**
 * The public half of a private key (WebCrypto "getPublicKey").
 *
 * @throws SidecarError `not_supported` for a secret key, `access_invalid` for a public one, `syntax_invalid` (usages)
 */
export async function publicHalf(key: LoadedKey, usages: readonly KeyUsage[]): Promise<LoadedKey> {
  return keyFamilyOf(key.algorithm).publicHalf(key, usages);
}

/**
 * A public key, or the public half of a private one, as anyone may see it.
 *
 * @throws SidecarError `not_supported` for a secret key
 */
export async function describePublic(key: LoadedKey): Promise<PublicKey> {
  const family = keyFamilyOf(key.algorithm);
  const format = family.publicFormat;
  if (format === null) throw notSupported(`the public half of a ${key.algorithm.name} key`);
  const publicKey = key.type === 'private' ? await family.publicHalf(key, []) : key;
  return { format, data: await family.export(format, publicKey) };
}

/** The key in its smallest storable form, a seed where there is one; ignores `extractable`. The caller wipes the bytes. */
export function storeKey(key: LoadedKey): StoredKey {
  return keyFamilyOf(key.algorithm).store(key);
}

/**
 * What {@link storeKey} gave, ready to use again. Trusts its input as far as its encoding goes.
 *
 * @throws SidecarError `not_supported`, `data_invalid`
 */
export function loadKey(
  format: string,
  bytes: Uint8Array,
  algorithm: KeyAlgorithm,
  { extractable, usages }: KeyAttributes,
): LoadedKey {
  const parts = keyFamilyOf(algorithm).load(format, bytes, algorithm);
  return Object.freeze({ type: storedType(format), algorithm, extractable, usages, parts });
}

/**
 * Bits that a derived key of this algorithm takes (WebCrypto "get key length"); null where any length will do.
 *
 * @throws SidecarError `operation_failed` or `type_invalid` (length), `not_supported` for algorithms that cannot be derived
 */
export function keyLengthOf(algorithm: Algorithm): number | null {
  return keyFamilyOf(algorithm).keyLength(algorithm);
}
