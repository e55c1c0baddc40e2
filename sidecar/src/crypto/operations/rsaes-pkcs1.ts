import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import type { LoadedKey } from '../key.ts';
import { type CipherScheme, rsaKeys } from './cipher-scheme.ts';
import { firstPart } from './key-part.ts';
import { attempt } from './refusal.ts';

/**
 * RFC 8017 section 7.2. A ciphertext whose padding is wrong decrypts to bytes that depend on it and the key alone
 * (OpenSSL's implicit rejection), without an error: an error would decrypt for whoever asks often (Bleichenbacher 1998).
 */
export const rsaesPkcs1: CipherScheme = Object.freeze({
  ...rsaKeys,
  encrypt: (_algorithm, key, data) => attempt('RSAES-PKCS1-v1_5 encryption', () => publicEncrypt(optionsOf(key), data)),
  decrypt: (_algorithm, key, data) =>
    attempt('RSAES-PKCS1-v1_5 decryption', () => privateDecrypt(optionsOf(key), data)),
} satisfies CipherScheme);

function optionsOf(key: LoadedKey) {
  return { key: firstPart(key), padding: constants.RSA_PKCS1_PADDING };
}
