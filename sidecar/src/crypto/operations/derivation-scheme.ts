import type { KeyObject } from 'node:crypto';
import type { Algorithm, KeyType } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';

/** How one algorithm derives bits. */
export interface DerivationScheme {
  readonly baseKey: KeyType;
  /** Whether it needs the public key of another party. */
  readonly agreement: boolean;
  /**
   * @param length in bits; null for the natural length of a key agreement
   * @param pepper the secret that Argon2 mixes in
   */
  derive(algorithm: Algorithm, key: LoadedKey, length: number | null, peer?: LoadedKey, pepper?: KeyObject): Uint8Array;
}
