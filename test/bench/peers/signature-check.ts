import { createPublicKey, type JsonWebKeyInput, type PublicKeyInput, verify } from 'node:crypto';
import { message } from '../operations.ts';

/**
 * A peer that answered something else would win every comparison.
 *
 * @throws Error when it is no signature of the message
 */
export function requireSignature(
  operation: string,
  publicKey: PublicKeyInput | JsonWebKeyInput,
  signature: Uint8Array,
): void {
  const digest = operation === 'p256' ? 'sha256' : null;
  const key = createPublicKey(publicKey);
  if (verify(digest, message, { key, dsaEncoding: 'ieee-p1363' }, signature)) return;
  throw new Error(`${operation}: the peer's signature does not verify`);
}
