import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

/** Signs the checkpoints of the log with one algorithm. */
export interface SeededSigner {
  /** Raw public key. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** Node's name and seed format of each algorithm; both seeds are 32 bytes (RFC 8032 section 5.1.5, FIPS 204 section 5.1). */
const seeded = Object.freeze({
  Ed25519: { asymmetricKeyType: 'ed25519', format: 'raw-private' },
  'ML-DSA-44': { asymmetricKeyType: 'ml-dsa-44', format: 'raw-seed' },
} as const);

export function createSeededSigner(algorithm: keyof typeof seeded, seed: Buffer): SeededSigner {
  const privateKey = createPrivateKey({ key: seed, ...seeded[algorithm] });
  const publicKey = createPublicKey(privateKey).export({ format: 'raw-public' });
  return { publicKey, sign: (message) => sign(null, message, privateKey) };
}

/** Whether a signature is one by that raw public key; false for a malformed key as well. */
export function verifyRaw(
  algorithm: keyof typeof seeded,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { asymmetricKeyType } = seeded[algorithm];
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'raw-public', asymmetricKeyType });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
}
