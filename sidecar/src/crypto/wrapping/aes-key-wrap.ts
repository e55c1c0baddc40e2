import type { LoadedKey } from '../key.ts';
import { aesKw } from '../operations/aes-kw.ts';
import { requireAccess } from '../operations/key-access.ts';
import { firstPart } from '../operations/key-part.ts';
import { operationFailed } from '../operations/refusal.ts';
import { wrapAesKwp } from './aes-kwp.ts';

/** AES-KW (RFC 3394) takes multiples of 8 bytes, at least 16; AES-KWP (RFC 5649) takes any. */
export type AesKeyWrapName = 'AES-KW' | 'AES-KWP';

/**
 * Wraps key data under an AES key of this process, which is an AES-KW key of WebCrypto for both.
 *
 * @param data stays the caller's to wipe
 * @throws SidecarError `access_invalid` for another key or one without usage wrapKey, `operation_failed` for a length
 *   that AES-KW does not take
 */
export function wrapWithAesKey(name: AesKeyWrapName, wrappingKey: LoadedKey, data: Uint8Array): Uint8Array {
  const algorithm = { name: 'AES-KW' };
  requireAccess(algorithm, wrappingKey, { usage: 'wrapKey', type: 'secret' });
  if (name === 'AES-KWP') return wrapAesKwp(firstPart(wrappingKey), data);
  if (data.length % 8 !== 0) throw operationFailed(`AES-KW takes multiples of 8 bytes, not ${data.length}`);
  return aesKw.encrypt(algorithm, wrappingKey, data);
}
