import { createDecipheriv } from 'node:crypto';
import { attempt, operationFailed } from '../operations/refusal.ts';
import { joinAndWipe } from '../operations/unpooled.ts';

/** RFC 5649 section 3. */
const initialValue = Buffer.from('a65959a6', 'hex');

const blockBytes = 8;
/** An AES key of 128, 192 or 256 bits. */
const keyLengths: readonly number[] = [16, 24, 32];

/**
 * Unwraps key data of any length (AES-KWP, RFC 5649; KWP-AD of NIST SP 800-38F).
 *
 * @param wrappingKey 16, 24 or 32 bytes
 * @returns unpooled bytes that the caller owns and wipes
 * @throws SidecarError `operation_failed` for what this key did not wrap
 */
export function unwrapAesKwp(wrappingKey: Uint8Array, wrapped: Uint8Array): Buffer {
  return attempt('AES-KWP unwrapping', () => {
    if (!keyLengths.includes(wrappingKey.length)) throw operationFailed(`an AES key of ${wrappingKey.length} bytes`);
    requireBlocks(wrapped);
    const decipher = createDecipheriv(`id-aes${wrappingKey.length * 8}-wrap-pad`, wrappingKey, initialValue);
    return joinAndWipe(decipher.update(wrapped), decipher.final());
  });
}

/** OpenSSL would turn nothing into nothing. */
function requireBlocks({ length }: Uint8Array): void {
  if (length < 2 * blockBytes || length % blockBytes !== 0) throw operationFailed(`${length} bytes of wrapped key`);
}
