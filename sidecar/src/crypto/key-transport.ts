import { SidecarError } from '../errors.ts';
import type { Algorithm, KeyAlgorithm, KeyFormat } from '../generated/types.ts';
import type { LoadedKey } from './key.ts';
import { exportKey, importKey } from './keys/keys.ts';
import type { Runs } from './lanes/job.ts';
import { encryptionSchemes, wrappingSchemes } from './operations/ciphers.ts';
import { requireAccess } from './operations/key-access.ts';
import { descriptorOf } from './operations/table.ts';
import { joinAndWipe } from './operations/unpooled.ts';
import type { CryptoOperations, KeyAttributes } from './provider.ts';

type Transport = Pick<CryptoOperations, 'encrypt' | 'decrypt' | 'wrapKey' | 'unwrapKey'>;

/** Encryption of data, and of keys. */
export function createKeyTransport(lane: Runs): Transport {
  return {
    async encrypt(algorithm, key, data) {
      const { encryptingKey } = descriptorOf(encryptionSchemes, algorithm.name, 'encryption');
      requireAccess(algorithm, key, { usage: 'encrypt', type: encryptingKey });
      return lane.run({ operation: 'encrypt', algorithm, key, data });
    },
    async decrypt(algorithm, key, data) {
      const { decryptingKey } = descriptorOf(encryptionSchemes, algorithm.name, 'decryption');
      requireAccess(algorithm, key, { usage: 'decrypt', type: decryptingKey });
      return lane.run({ operation: 'decrypt', algorithm, key, data });
    },
    async wrapKey(format, key, wrappingKey, algorithm) {
      const { encryptingKey } = descriptorOf(wrappingSchemes, algorithm.name, 'wrapping');
      requireAccess(algorithm, wrappingKey, { usage: 'wrapKey', type: encryptingKey });
      const data = await exported(format, key, algorithm);
      try {
        return await lane.run({ operation: 'wrap', algorithm, key: wrappingKey, data });
      } finally {
        data.fill(0);
      }
    },
    async unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm, keyAlgorithm, attributes) {
      const { decryptingKey } = descriptorOf(wrappingSchemes, unwrapAlgorithm.name, 'unwrapping');
      requireAccess(unwrapAlgorithm, unwrappingKey, { usage: 'unwrapKey', type: decryptingKey });
      const data = await lane.run({
        operation: 'unwrap',
        algorithm: unwrapAlgorithm,
        key: unwrappingKey,
        data: wrappedKey,
      });
      try {
        return await lane.run({ operation: 'import', format, data, algorithm: keyAlgorithm, attributes });
      } finally {
        data.fill(0);
      }
    },
  };
}

/** Imports secret bytes and wipes them. */
export async function importAndWipe(
  format: KeyFormat,
  data: Uint8Array,
  algorithm: Algorithm | KeyAlgorithm,
  attributes: KeyAttributes,
): Promise<LoadedKey> {
  try {
    return await importKey(format, data, algorithm, attributes);
  } finally {
    data.fill(0);
  }
}

async function exported(format: KeyFormat, key: LoadedKey, wrapAlgorithm: Algorithm): Promise<Uint8Array> {
  if (!key.extractable) throw new SidecarError('access_invalid', 'the key is not extractable');
  const data = await exportKey(format, key);
  return format === 'jwk' && wrapAlgorithm.name === 'AES-KW' ? paddedJson(data) : data;
}

/** AES-KW takes multiples of 8 bytes; JSON may end in spaces (WebCrypto wrapKey, note of step 14). */
function paddedJson(json: Uint8Array): Uint8Array {
  return joinAndWipe(json, Buffer.alloc(-json.length & 7, ' '));
}
