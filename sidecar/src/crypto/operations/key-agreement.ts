import { diffieHellman } from 'node:crypto';
import type { DerivationScheme } from './derivation-scheme.ts';
import { requirePeer } from './key-access.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed } from './refusal.ts';
import { joinUnpooled, zeroUnusedBits } from './unpooled.ts';

/**
 * ECDH (the secret is the x-coordinate, SP 800-56A section 5.7.1.2) and X25519 and X448 (RFC 7748 section 6).
 * OpenSSL refuses the all-zero result that a public key of small order gives.
 */
export const keyAgreement: DerivationScheme = Object.freeze({
  baseKey: 'private',
  agreement: true,
  derive(algorithm, key, length, peer) {
    const publicKey = firstPart(requirePeer(algorithm, key, peer));
    const secret = attempt(algorithm.name, () => diffieHellman({ privateKey: firstPart(key), publicKey }));
    return length === null ? secret : truncate(secret, length);
  },
} satisfies DerivationScheme);

/** The first `length` bits; the unused bits of the last byte are zero. Wipes the secret. */
function truncate(secret: Buffer, length: number): Buffer {
  try {
    if (length > secret.length * 8) throw operationFailed(`${length} bits of a secret of ${secret.length * 8}`);
    return zeroUnusedBits(joinUnpooled(secret.subarray(0, Math.ceil(length / 8))), length);
  } finally {
    secret.fill(0);
  }
}
