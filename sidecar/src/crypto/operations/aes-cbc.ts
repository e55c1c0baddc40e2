import { createCipheriv, createDecipheriv } from 'node:crypto';
import { SidecarError } from '../../errors.ts';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { type CipherScheme, secretKeys } from './cipher-scheme.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed, required } from './refusal.ts';
import { joinAndWipe } from './unpooled.ts';

const blockBytes = 16;

/** SP 800-38A section 6.2 with the padding of RFC 2315 section 10.3, which general-purpose keys may leave out. */
export const aesCbc: CipherScheme = Object.freeze({
  ...secretKeys,
  encrypt: (algorithm, key, data) =>
    attempt('AES-CBC encryption', () => {
      const cipher = createCipheriv(nameOf(key), firstPart(key), ivOf(algorithm));
      cipher.setAutoPadding(isPadded(algorithm, key));
      return joinAndWipe(cipher.update(data), cipher.final());
    }),
  decrypt: (algorithm, key, data) =>
    attempt('AES-CBC decryption', () => {
      const decipher = createDecipheriv(nameOf(key), firstPart(key), ivOf(algorithm));
      decipher.setAutoPadding(isPadded(algorithm, key));
      const head = decipher.update(data);
      try {
        return joinAndWipe(head, decipher.final());
      } catch (refusal) {
        head.fill(0);
        throw refusal;
      }
    }),
} satisfies CipherScheme);

function nameOf(key: LoadedKey): string {
  return `aes-${key.algorithm.length}-cbc`;
}

function isPadded({ padding = true }: Algorithm, key: LoadedKey): boolean {
  if (padding || key.algorithm.multipurpose) return padding;
  throw new SidecarError('access_invalid', 'AES-CBC without padding takes a general-purpose key');
}

function ivOf(algorithm: Algorithm): Uint8Array {
  const iv = required(algorithm.iv, 'iv');
  if (iv.length !== blockBytes) throw operationFailed(`an iv of ${iv.length} bytes`);
  return iv;
}
