/** Bytes of a digest, by WebCrypto's name of the hash. */
export const digestBytes: Readonly<Record<string, number>> = Object.freeze({
  'SHA-1': 20,
  'SHA-256': 32,
  'SHA-384': 48,
  'SHA-512': 64,
  'SHA3-256': 32,
  'SHA3-384': 48,
  'SHA3-512': 64,
});
