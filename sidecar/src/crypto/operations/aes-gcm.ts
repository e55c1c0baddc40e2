import { aead } from './aead.ts';
import type { CipherScheme } from './cipher-scheme.ts';

/** SP 800-38D; OpenSSL takes an iv of up to 128 bytes. */
export const aesGcm: CipherScheme = aead({
  tagLengths: [32, 64, 96, 104, 112, 120, 128],
  ivBytes: [1, 128],
  nameOf: (key) => `aes-${key.algorithm.length}-gcm`,
});
