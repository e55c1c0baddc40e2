import type { Algorithm, KeyType } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';

/** How one algorithm signs and verifies. `verify` answers false to any malformed signature. */
export interface SignatureScheme {
  readonly signingKey: KeyType;
  readonly verifyingKey: KeyType;
  sign(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Uint8Array;
  verify(algorithm: Algorithm, key: LoadedKey, signature: Uint8Array, data: Uint8Array): boolean;
}

/** How one algorithm signs a message that others have hashed: the signature is one that `verify` takes for the message. */
export interface DigestScheme {
  readonly signingKey: KeyType;
  sign(algorithm: Algorithm, key: LoadedKey, digest: Uint8Array): Uint8Array;
}

export const asymmetricKeys = Object.freeze({ signingKey: 'private', verifyingKey: 'public' } as const);
