import { aead } from './aead.ts';
import type { CipherScheme } from './cipher-scheme.ts';

/** RFC 7253. */
export const aesOcb: CipherScheme = aead({
  tagLengths: [64, 96, 128],
  ivBytes: [1, 15],
  nameOf: (key) => `aes-${key.algorithm.length}-ocb`,
});
