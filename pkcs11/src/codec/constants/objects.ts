/** Object classes. */
export const CKO = {
  DATA: 0x00,
  CERTIFICATE: 0x01,
  PUBLIC_KEY: 0x02,
  PRIVATE_KEY: 0x03,
  SECRET_KEY: 0x04,
} as const;

/** Key types. */
export const CKK = {
  RSA: 0x00,
  EC: 0x03,
  GENERIC_SECRET: 0x10,
  AES: 0x1f,
  SHA_1_HMAC: 0x28,
  SHA256_HMAC: 0x2b,
  SHA384_HMAC: 0x2c,
  SHA512_HMAC: 0x2d,
  SHA224_HMAC: 0x2e,
  SHA3_256_HMAC: 0x34,
  SHA3_384_HMAC: 0x35,
  SHA3_512_HMAC: 0x36,
  EC_EDWARDS: 0x40,
  EC_MONTGOMERY: 0x41,
  ML_KEM: 0x49,
  ML_DSA: 0x4a,
  SLH_DSA: 0x4b,
} as const;

/** Certificate types. */
export const CKC = {
  X_509: 0x00,
} as const;

/** Values of CKA_PARAMETER_SET (PKCS#11 3.2). Each key type counts from 1. */
export const CKP = {
  ML_DSA_44: 1,
  ML_DSA_65: 2,
  ML_DSA_87: 3,
  ML_KEM_512: 1,
  ML_KEM_768: 2,
  ML_KEM_1024: 3,
  SLH_DSA_SHA2_128S: 1,
  SLH_DSA_SHAKE_128S: 2,
  SLH_DSA_SHA2_128F: 3,
  SLH_DSA_SHAKE_128F: 4,
  SLH_DSA_SHA2_192S: 5,
  SLH_DSA_SHAKE_192S: 6,
  SLH_DSA_SHA2_192F: 7,
  SLH_DSA_SHAKE_192F: 8,
  SLH_DSA_SHA2_256S: 9,
  SLH_DSA_SHAKE_256S: 10,
  SLH_DSA_SHA2_256F: 11,
  SLH_DSA_SHAKE_256F: 12,
} as const;
