import { type CipherGCMTypes, createCipheriv, createDecipheriv } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { type CipherScheme, secretKeys } from './cipher-scheme.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed, required } from './refusal.ts';
import { joinAndWipe } from './unpooled.ts';

/** What distinguishes one cipher with an authentication tag from another. */
export interface AeadDescriptor {
  /** Tag lengths in bits that WebCrypto has; node:crypto would take others. */
  readonly tagLengths: readonly number[];
  /** Shortest and longest initialization vector in bytes. */
  readonly ivBytes: readonly [least: number, most: number];
  /** Name in node:crypto. */
  nameOf(key: LoadedKey): string;
}

interface Parameters {
  readonly iv: Uint8Array;
  readonly authTagLength: number;
  readonly additionalData: Uint8Array | undefined;
}

/** Authenticated encryption as WebCrypto has it: ciphertext || tag, of 128 bits unless the algorithm says otherwise. */
export function aead(descriptor: AeadDescriptor): CipherScheme {
  return Object.freeze({
    ...secretKeys,
    encrypt(algorithm, key, data) {
      const parameters = parametersOf(descriptor, algorithm);
      return attempt(`${algorithm.name} encryption`, () => encrypt(descriptor.nameOf(key), key, parameters, data));
    },
    decrypt(algorithm, key, data) {
      const parameters = parametersOf(descriptor, algorithm);
      if (data.length < parameters.authTagLength) {
        throw operationFailed(`${data.length} bytes are shorter than the tag`);
      }
      return attempt(`${algorithm.name} decryption`, () => decrypt(descriptor.nameOf(key), key, parameters, data));
    },
  } satisfies CipherScheme);
}

function encrypt(name: string, key: LoadedKey, parameters: Parameters, data: Uint8Array): Uint8Array {
  const { iv, authTagLength, additionalData } = parameters;
  const cipher = createCipheriv(name as CipherGCMTypes, firstPart(key), iv, { authTagLength });
  if (additionalData !== undefined) cipher.setAAD(additionalData);
  return joinAndWipe(cipher.update(data), cipher.final(), cipher.getAuthTag());
}

function decrypt(name: string, key: LoadedKey, parameters: Parameters, data: Uint8Array): Uint8Array {
  const { iv, authTagLength, additionalData } = parameters;
  const decipher = createDecipheriv(name as CipherGCMTypes, firstPart(key), iv, { authTagLength });
  if (additionalData !== undefined) decipher.setAAD(additionalData);
  decipher.setAuthTag(data.subarray(data.length - authTagLength));
  const plaintext = decipher.update(data.subarray(0, data.length - authTagLength));
  try {
    const rest = decipher.final();
    return rest.length === 0 ? plaintext : joinAndWipe(plaintext, rest);
  } catch (refusal) {
    plaintext.fill(0);
    throw refusal;
  }
}

function parametersOf({ tagLengths, ivBytes: [least, most] }: AeadDescriptor, algorithm: Algorithm): Parameters {
  const { tagLength = 128, additionalData } = algorithm;
  const iv = required(algorithm.iv, 'iv');
  if (!tagLengths.includes(tagLength)) throw operationFailed(`a tag of ${tagLength} bits`);
  if (iv.length < least || iv.length > most) throw operationFailed(`an iv of ${iv.length} bytes`);
  return { iv, authTagLength: tagLength / 8, additionalData };
}
