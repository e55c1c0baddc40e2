import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import type { LoadedKey } from '../key.ts';
import { type CipherScheme, rsaKeys } from './cipher-scheme.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed } from './refusal.ts';
import { modulusBytes } from './rsa-modulus.ts';

/**
 * RSAEP and RSADP of RFC 8017 section 5.1: m^e and m^d mod n without any padding. The private operation signs as well as
 * it decrypts.
 */
export const rsaRaw: CipherScheme = Object.freeze({
  ...rsaKeys,
  encrypt: (_algorithm, key, data) => attempt('RSA-RAW encryption', () => publicEncrypt(optionsOf(key, data), data)),
  decrypt: (_algorithm, key, data) => attempt('RSA-RAW decryption', () => privateDecrypt(optionsOf(key, data), data)),
} satisfies CipherScheme);

function optionsOf(key: LoadedKey, data: Uint8Array) {
  const bytes = modulusBytes(key);
  if (data.length !== bytes) throw operationFailed(`${data.length} bytes, the modulus has ${bytes}`);
  return { key: firstPart(key), padding: constants.RSA_NO_PADDING };
}
