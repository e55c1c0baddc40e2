import { constants, type PublicEncryptKeyObjectInput, privateDecrypt, publicEncrypt } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import type { CipherScheme } from './cipher-scheme.ts';
import { hashOf } from './hash-name.ts';
import { firstPart } from './key-part.ts';
import { attempt, required } from './refusal.ts';

/** RFC 8017 section 7.1; MGF1 uses the hash of the label. */
export const rsaOaep: CipherScheme = Object.freeze({
  encryptingKey: 'public',
  decryptingKey: 'private',
  encrypt: (algorithm, key, data) =>
    attempt('RSA-OAEP encryption', () => publicEncrypt(optionsOf(algorithm, key), data)),
  decrypt: (algorithm, key, data) =>
    attempt('RSA-OAEP decryption', () => privateDecrypt(optionsOf(algorithm, key), data)),
} satisfies CipherScheme);

function optionsOf({ label }: Algorithm, key: LoadedKey): PublicEncryptKeyObjectInput {
  return {
    key: firstPart(key),
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: hashOf(required(key.algorithm.hash, 'hash')).digest,
    ...(label !== undefined && { oaepLabel: label }),
  };
}
