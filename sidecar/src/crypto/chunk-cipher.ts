import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Secret } from '../secret.ts';

const tagBytes = 16;
const nonceBytes = 12;
/** Invocations of one AES-GCM key (SP 800-38D section 8.3). */
const mostChunks = 2 ** 32;

/** Seals and opens the chunks of one file. */
export interface ChunkCipher {
  /** Ciphertext and 16-byte tag. */
  seal(chunk: Uint8Array, number: number, isLast: boolean): Buffer;
  /** The plaintext, in memory of its own; undefined when it is not what was sealed at that place. */
  open(sealed: Uint8Array, number: number, isLast: boolean): Buffer | undefined;
}

/**
 * AES-256-GCM as in STREAM of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015): a nonce is the number of the chunk as
 * 11 bytes big-endian, from 0, and a byte that is 1 for the last one.
 *
 * @param key 32 bytes that no other file is sealed with; stays the caller's to dispose, behind the last call
 */
export function createChunkCipher(key: Secret): ChunkCipher {
  return {
    seal(chunk, number, isLast) {
      if (number >= mostChunks) throw new RangeError(`chunk ${number}`);
      const cipher = createCipheriv('aes-256-gcm', key.bytes, nonceOf(number, isLast), { authTagLength: tagBytes });
      return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, number, isLast) {
      if (sealed.length < tagBytes) return undefined;
      const nonce = nonceOf(number, isLast);
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagBytes });
      decipher.setAuthTag(sealed.subarray(-tagBytes));
      const plaintext = decipher.update(sealed.subarray(0, -tagBytes));
      try {
        decipher.final();
        return plaintext;
      } catch {
        plaintext.fill(0);
        return undefined;
      }
    },
  };
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  nonce.writeBigUInt64BE(BigInt(number), 3);
  nonce[nonceBytes - 1] = isLast ? 1 : 0;
  return nonce;
}
