import { createSecretKey } from 'node:crypto';
import { SidecarError } from '../../errors.ts';
import type { Algorithm } from '../../generated/types.ts';
import { hashOf } from '../operations/hash-name.ts';
import { required } from '../operations/refusal.ts';
import { type KeyFamily, longestKeyBytes } from './key-family.ts';
import { nativeFamily } from './native-family.ts';
import { fromCryptoKey, nativeSubtle } from './native-key.ts';
import { secretStorage } from './part-storage.ts';
import { notSupported, throughNative } from './refusal.ts';

export const aes: KeyFamily = nativeFamily({
  parameters: ['length'],
  storage: secretStorage,
  keyLength: (algorithm) => {
    const length = required(algorithm.length, 'length');
    if (![128, 192, 256].includes(length)) throw new SidecarError('operation_failed', `a ${length} bit AES key`);
    return length;
  },
});

export const hmac: KeyFamily = nativeFamily({
  parameters: ['hash', 'length'],
  storage: secretStorage,
  checkGeneration: requireMacLength,
  keyLength: hmacKeyLength,
});

export const chaCha20Poly1305: KeyFamily = nativeFamily({
  parameters: [],
  storage: secretStorage,
  keyLength: () => 256,
});

/** @param securityBits the length of a key whose algorithm names none */
export function kmac(securityBits: number): KeyFamily {
  return nativeFamily({
    parameters: ['length'],
    storage: secretStorage,
    checkGeneration: requireMacLength,
    keyLength(algorithm) {
      requireMacLength(algorithm);
      return algorithm.length ?? securityBits;
    },
  });
}

/** HKDF, PBKDF2 and Argon2: input keys that are never generated or exported. */
export const inputKey: KeyFamily = Object.freeze({
  ...nativeFamily({ parameters: [], storage: secretStorage, exportable: false, keyLength: () => null }),
  async import(format, data, { name }, { extractable, usages }) {
    const part = createSecretKey(data);
    const native = await throughNative(() => nativeSubtle.importKey(format, data, { name }, extractable, usages));
    // Native WebCrypto takes them as not extractable only, and such a key should not become a KeyObject.
    return fromCryptoKey(native, extractable, part);
  },
} satisfies KeyFamily);

/** The block size of the hash where the algorithm names no length. */
function hmacKeyLength(algorithm: Algorithm): number {
  const { blockBits } = hashOf(required(algorithm.hash, 'hash'));
  if (algorithm.length === 0) throw new SidecarError('type_invalid', 'algorithm.length is 0');
  requireMacLength(algorithm);
  const bits = algorithm.length ?? blockBits;
  if (bits === null) throw notSupported(`an HMAC key with ${algorithm.hash} that names no length`);
  return bits;
}

function requireMacLength({ name, length = 0 }: Algorithm): void {
  if (length > longestKeyBytes * 8) throw new SidecarError('operation_failed', `a ${length} bit ${name} key`);
}
