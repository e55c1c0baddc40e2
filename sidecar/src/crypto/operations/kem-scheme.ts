import type { LoadedKey } from '../key.ts';
import type { EncapsulatedBits } from '../provider.ts';

/** How one KEM encapsulates to a public key and decapsulates with a private one. */
export interface KemScheme {
  encapsulate(key: LoadedKey): EncapsulatedBits;
  decapsulate(key: LoadedKey, ciphertext: Uint8Array): Uint8Array;
}
