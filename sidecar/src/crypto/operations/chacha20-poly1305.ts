import { aead } from './aead.ts';
import type { CipherScheme } from './cipher-scheme.ts';

/** RFC 8439 section 2.8. */
export const chaCha20Poly1305: CipherScheme = aead({
  tagLengths: [128],
  ivBytes: [12, 12],
  nameOf: () => 'chacha20-poly1305',
});
