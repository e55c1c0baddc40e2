import { type CipherGCMTypes, createCipheriv, createDecipheriv } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { type CipherScheme, secretKeys } from './cipher-scheme.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed, required } from './refusal.ts';
import { joinUnpooled } from './unpooled.ts';

/** WebCrypto's tag lengths in bits; node:crypto would take others. */
const tagLengths = Object.freeze([32, 64, 96, 104, 112, 120, 128]);

/** SP 800-38D: ciphertext || tag. The iv has 1 to 128 bytes. */
export const aesGcm: CipherScheme = Object.freeze({ ...secretKeys, encrypt, decrypt });

function encrypt(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Uint8Array {
  const authTagLength = tagBytesOf(algorithm);
  return attempt('AES-GCM encryption', () => {
    const cipher = createCipheriv(nameOf(key), firstPart(key), ivOf(algorithm), { authTagLength });
    if (algorithm.additionalData !== undefined) cipher.setAAD(algorithm.additionalData);
    const ciphertext = cipher.update(data);
    cipher.final();
    return joinUnpooled(ciphertext, cipher.getAuthTag());
  });
}

function decrypt(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Uint8Array {
  const authTagLength = tagBytesOf(algorithm);
  if (data.length < authTagLength) throw operationFailed(`${data.length} bytes are shorter than the tag`);
  return attempt('AES-GCM decryption', () => {
    const decipher = createDecipheriv(nameOf(key), firstPart(key), ivOf(algorithm), { authTagLength });
    if (algorithm.additionalData !== undefined) decipher.setAAD(algorithm.additionalData);
    decipher.setAuthTag(data.subarray(data.length - authTagLength));
    const plaintext = decipher.update(data.subarray(0, data.length - authTagLength));
    try {
      decipher.final();
    } catch (refusal) {
      plaintext.fill(0);
      throw refusal;
    }
    return plaintext;
  });
}

function nameOf(key: LoadedKey): CipherGCMTypes {
  return `aes-${key.algorithm.length}-gcm` as CipherGCMTypes;
}

function ivOf(algorithm: Algorithm): Uint8Array {
  return required(algorithm.iv, 'iv');
}

function tagBytesOf({ tagLength = 128 }: Algorithm): number {
  if (!tagLengths.includes(tagLength)) throw operationFailed(`a tag of ${tagLength} bits`);
  return tagLength / 8;
}
