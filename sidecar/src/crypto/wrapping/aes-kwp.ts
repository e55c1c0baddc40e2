import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { attempt, operationFailed } from '../operations/refusal.ts';
import { joinAndWipe } from '../operations/unpooled.ts';

/** RFC 5649 section 3. */
const initialValue = Buffer.from('a65959a6', 'hex');

const blockBytes = 8;
/** An AES key of 128, 192 or 256 bits. */
const keyLengths: readonly number[] = [16, 24, 32];

/**
 * Wraps key data of any length (AES-KWP, RFC 5649; KWP-AE of NIST SP 800-38F).
 *
 * @param wrappingKey 16, 24 or 32 bytes
 * @param data stays the caller's to wipe
 */
export function wrapAesKwp(wrappingKey: Uint8Array | KeyObject, data: Uint8Array): Buffer {
  return attempt('AES-KWP wrapping', () => {
    if (data.length === 0) throw operationFailed('no bytes to wrap');
    const cipher = createCipheriv(cipherOf(wrappingKey), wrappingKey, initialValue);
    return Buffer.concat([cipher.update(data), cipher.final()]);
  });
}

/**
 * Unwraps key data of any length (AES-KWP, RFC 5649; KWP-AD of NIST SP 800-38F).
 *
 * @param wrappingKey 16, 24 or 32 bytes
 * @returns unpooled bytes that the caller owns and wipes
 * @throws SidecarError `operation_failed` for what this key did not wrap
 */
export function unwrapAesKwp(wrappingKey: Uint8Array, wrapped: Uint8Array): Buffer {
  return attempt('AES-KWP unwrapping', () => {
    requireBlocks(wrapped);
    const decipher = createDecipheriv(cipherOf(wrappingKey), wrappingKey, initialValue);
    return joinAndWipe(decipher.update(wrapped), decipher.final());
  });
}

function cipherOf(wrappingKey: Uint8Array | KeyObject): string {
  const bytes = 'length' in wrappingKey ? wrappingKey.length : (wrappingKey.symmetricKeySize ?? 0);
  if (!keyLengths.includes(bytes)) throw operationFailed(`an AES key of ${bytes} bytes`);
  return `id-aes${bytes * 8}-wrap-pad`;
}

/** OpenSSL would turn nothing into nothing. */
function requireBlocks({ length }: Uint8Array): void {
  if (length < 2 * blockBytes || length % blockBytes !== 0) throw operationFailed(`${length} bytes of wrapped key`);
}
