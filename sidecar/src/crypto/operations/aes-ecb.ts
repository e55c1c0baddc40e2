import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { LoadedKey } from '../key.ts';
import { type CipherScheme, secretKeys } from './cipher-scheme.ts';
import { firstPart } from './key-part.ts';
import { attempt } from './refusal.ts';
import { joinAndWipe } from './unpooled.ts';

/** SP 800-38A section 6.1: whole blocks, each for itself. It hides no pattern; only general-purpose keys compute it. */
export const aesEcb: CipherScheme = Object.freeze({
  ...secretKeys,
  encrypt: (_algorithm, key, data) =>
    attempt('AES-ECB encryption', () => {
      const cipher = createCipheriv(nameOf(key), firstPart(key), null).setAutoPadding(false);
      return joinAndWipe(cipher.update(data), cipher.final());
    }),
  decrypt: (_algorithm, key, data) =>
    attempt('AES-ECB decryption', () => {
      const decipher = createDecipheriv(nameOf(key), firstPart(key), null).setAutoPadding(false);
      return joinAndWipe(decipher.update(data), decipher.final());
    }),
} satisfies CipherScheme);

function nameOf(key: LoadedKey): string {
  return `aes-${key.algorithm.length}-ecb`;
}
