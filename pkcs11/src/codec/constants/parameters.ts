/** Mask generation functions of RSA-PSS and RSA-OAEP. */
export const CKG = {
  MGF1_SHA1: 0x01,
  MGF1_SHA256: 0x02,
  MGF1_SHA384: 0x03,
  MGF1_SHA512: 0x04,
  MGF1_SHA224: 0x05,
  MGF1_SHA3_224: 0x06,
  MGF1_SHA3_256: 0x07,
  MGF1_SHA3_384: 0x08,
  MGF1_SHA3_512: 0x09,
} as const;

/** Where the label of RSA-OAEP comes from. */
export const CKZ = {
  DATA_SPECIFIED: 0x01,
} as const;

/** Key derivation functions of ECDH1. */
export const CKD = {
  NULL: 0x01,
  SHA256_KDF: 0x06,
} as const;
