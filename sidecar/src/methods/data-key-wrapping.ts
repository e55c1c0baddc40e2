import type { LoadedKey } from '../crypto/key.ts';
import type { CryptoOperations } from '../crypto/provider.ts';
import { SidecarError } from '../errors.ts';
import { encodeHeader, type WrappedDataKey } from '../request/wrapped-data-key.ts';
import { secretSourceOf } from './data-key-secrets.ts';
import type { NamedVersion } from './named-version.ts';
import type { FillRandom } from './system.random.ts';

const label = Buffer.from('ferrohsm/data-key/v1');
/** Each wrapping key seals once (SP 800-38D section 8): its token makes it another one. */
const nonce = Buffer.alloc(12);
const aesGcm = Object.freeze({ name: 'AES-GCM', length: 256 });

/**
 * A data key wrapped under a version of a named key:
 *
 *     "FHDK" 01 | kind | key version, 32 bits big-endian | token | AES-256-GCM ciphertext with tag, 48 bytes
 *
 * The key that seals is HKDF-SHA-256 of the secret that the token stands for, with the token as salt. What is before the
 * ciphertext and the id of the named key are additional data, so that under another key it does not open. Deriving keeps
 * it apart from `subtle`, where a caller may choose a nonce or decrypt under the same key.
 *
 * @throws SidecarError `not_supported`, `access_invalid`
 */
export async function wrapDataKey(
  crypto: CryptoOperations,
  fillRandom: FillRandom,
  { key, keyId, version }: NamedVersion,
  dataKey: Uint8Array,
): Promise<Uint8Array> {
  const source = secretSourceOf(key);
  const { token, secret } = await source.fresh(crypto, key, fillRandom);
  const wrappingKey = await derivedKey(crypto, secret, token);
  const header = encodeHeader({ kind: source.kind, keyVersion: version, token });
  const sealed = await crypto.encrypt(sealing(header, keyId), wrappingKey, dataKey);
  return Buffer.concat([header, sealed]);
}

/**
 * The data key, in fresh bytes that the receiver wipes.
 *
 * @throws SidecarError `operation_failed` when it was changed or is another key's; `data_invalid`, `not_supported`,
 *   `access_invalid`
 */
export async function unwrapDataKey(
  crypto: CryptoOperations,
  { key, keyId }: Omit<NamedVersion, 'version'>,
  { kind, token, header, sealed }: WrappedDataKey,
): Promise<Uint8Array> {
  const source = secretSourceOf(key);
  if (source.kind !== kind) throw new SidecarError('data_invalid', `a wrapped data key of kind ${kind}`);
  const wrappingKey = await derivedKey(crypto, await source.found(crypto, key, token), token);
  return crypto.decrypt(sealing(header, keyId), wrappingKey, sealed);
}

/** Derives the wrapping key and wipes the secret. */
async function derivedKey(crypto: CryptoOperations, secret: Uint8Array, salt: Uint8Array): Promise<LoadedKey> {
  try {
    const base = await crypto.importKey(
      'raw-secret',
      secret,
      { name: 'HKDF' },
      { extractable: false, usages: ['deriveKey'] },
    );
    const derivation = { name: 'HKDF', hash: 'SHA-256', salt, info: label };
    return await crypto.deriveKey(derivation, base, aesGcm, { extractable: false, usages: ['encrypt', 'decrypt'] });
  } finally {
    secret.fill(0);
  }
}

function sealing(header: Uint8Array, keyId: string) {
  return { name: 'AES-GCM', iv: nonce, additionalData: Buffer.concat([header, Buffer.from(keyId)]) };
}
