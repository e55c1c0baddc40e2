/** Composite ML-DSA of draft-ietf-lamps-pq-composite-sigs section 6, by the level of ML-DSA. */
const composites: Readonly<Record<string, readonly string[]>> = {
  MLDSA44: ['RSA2048-PSS-SHA256', 'RSA2048-PKCS15-SHA256', 'Ed25519-SHA512', 'ECDSA-P256-SHA256'],
  MLDSA65: [
    ...['RSA3072-PSS-SHA512', 'RSA3072-PKCS15-SHA512', 'RSA4096-PSS-SHA512', 'RSA4096-PKCS15-SHA512'],
    ...['ECDSA-P256-SHA512', 'ECDSA-P384-SHA512', 'ECDSA-brainpoolP256r1-SHA512', 'Ed25519-SHA512'],
  ],
  MLDSA87: [
    ...['RSA3072-PSS-SHA512', 'RSA4096-PSS-SHA512', 'ECDSA-P384-SHA512', 'ECDSA-brainpoolP384r1-SHA512'],
    ...['ECDSA-P521-SHA512', 'Ed448-SHAKE256'],
  ],
};
const sets = ['128s', '128f', '192s', '192f', '256s', '256f'];

/** Algorithms of keys that can be made, as the sidecar names them: to tell who mistyped one. */
export const algorithmNames: readonly string[] = [
  ...['AES-GCM', 'AES-OCB', 'AES-CBC', 'AES-CTR', 'AES-KW', 'ChaCha20-Poly1305', 'HMAC', 'KMAC128', 'KMAC256'],
  ...['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'RSA-OAEP', 'ECDSA', 'ECDH', 'Ed25519', 'Ed448', 'X25519', 'X448'],
  ...['ML-KEM-512', 'ML-KEM-768', 'ML-KEM-1024', 'MLKEM768-X25519', 'MLKEM768-P256', 'MLKEM1024-P384'],
  ...['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'],
  ...['SHA2', 'SHAKE'].flatMap((hash) => sets.map((set) => `SLH-DSA-${hash}-${set}`)),
  ...Object.entries(composites).flatMap(([level, others]) => others.map((other) => `${level}-${other}`)),
];
