import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { LoadedKey } from '../key.ts';
import { type CipherScheme, secretKeys } from './cipher-scheme.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed } from './refusal.ts';
import { joinAndWipe } from './unpooled.ts';

/** RFC 3394 section 2.2.3.1. */
const initialValue = Buffer.alloc(8, 0xa6);

const blockBytes = 8;

/** RFC 3394: a key is at least two blocks of 8 bytes, wrapped one more. */
export const aesKw: CipherScheme = Object.freeze({
  ...secretKeys,
  encrypt: (_algorithm, key, data) =>
    attempt('AES-KW wrapping', () => {
      requireBlocks(data, 2);
      const cipher = createCipheriv(nameOf(key), firstPart(key), initialValue);
      return joinAndWipe(cipher.update(data), cipher.final());
    }),
  decrypt: (_algorithm, key, data) =>
    attempt('AES-KW unwrapping', () => {
      requireBlocks(data, 3);
      const decipher = createDecipheriv(nameOf(key), firstPart(key), initialValue);
      return joinAndWipe(decipher.update(data), decipher.final());
    }),
} satisfies CipherScheme);

/** OpenSSL would turn nothing into nothing. */
function requireBlocks(data: Uint8Array, least: number): void {
  if (data.length < least * blockBytes || data.length % blockBytes !== 0) throw operationFailed(`${data.length} bytes`);
}

function nameOf(key: LoadedKey): string {
  return `id-aes${key.algorithm.length}-wrap`;
}
