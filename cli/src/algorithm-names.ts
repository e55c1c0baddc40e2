/** Algorithms that do the same, as somebody who needs a key looks for them. */
export interface AlgorithmGroup {
  readonly purpose: string;
  readonly names: readonly string[];
}

const composites = [
  'MLDSA44-Ed25519-SHA512',
  'MLDSA44-ECDSA-P256-SHA256',
  'MLDSA44-RSA2048-PSS-SHA256',
  'MLDSA44-RSA2048-PKCS15-SHA256',
  'MLDSA65-Ed25519-SHA512',
  'MLDSA65-ECDSA-P256-SHA512',
  'MLDSA65-ECDSA-P384-SHA512',
  'MLDSA65-ECDSA-brainpoolP256r1-SHA512',
  'MLDSA65-RSA3072-PSS-SHA512',
  'MLDSA65-RSA3072-PKCS15-SHA512',
  'MLDSA65-RSA4096-PSS-SHA512',
  'MLDSA65-RSA4096-PKCS15-SHA512',
  'MLDSA87-ECDSA-P384-SHA512',
  'MLDSA87-ECDSA-P521-SHA512',
  'MLDSA87-ECDSA-brainpoolP384r1-SHA512',
  'MLDSA87-Ed448-SHAKE256',
  'MLDSA87-RSA3072-PSS-SHA512',
  'MLDSA87-RSA4096-PSS-SHA512',
];

const hashSignatures = ['SHA2', 'SHAKE'].flatMap((hash) =>
  ['128s', '128f', '192s', '192f', '256s', '256f'].map((size) => `SLH-DSA-${hash}-${size}`),
);

/** Every algorithm that a named key may be made of, the first of a group what to take without a reason for another. */
export const algorithmGroups: readonly AlgorithmGroup[] = Object.freeze([
  { purpose: 'post-quantum signature', names: ['ML-DSA-65', 'ML-DSA-44', 'ML-DSA-87'] },
  { purpose: 'signature, post-quantum and classical', names: composites },
  { purpose: 'signature from hashes alone', names: hashSignatures },
  { purpose: 'post-quantum key exchange', names: ['ML-KEM-768', 'ML-KEM-512', 'ML-KEM-1024'] },
  {
    purpose: 'key exchange, post-quantum and classical',
    names: ['MLKEM768-X25519', 'MLKEM768-P256', 'MLKEM1024-P384'],
  },
  { purpose: 'classical signature', names: ['Ed25519', 'Ed448', 'ECDSA', 'RSA-PSS', 'RSASSA-PKCS1-v1_5'] },
  { purpose: 'classical key exchange', names: ['X25519', 'X448', 'ECDH'] },
  { purpose: 'classical encryption', names: ['RSA-OAEP'] },
  { purpose: 'encryption', names: ['AES-GCM', 'AES-OCB', 'ChaCha20-Poly1305', 'AES-CBC', 'AES-CTR'] },
  { purpose: 'wrapping of keys', names: ['AES-KW'] },
  { purpose: 'message authentication', names: ['HMAC', 'KMAC256', 'KMAC128'] },
]);

/** All of them. */
export const algorithmNames: readonly string[] = algorithmGroups.flatMap(({ names }) => names);
