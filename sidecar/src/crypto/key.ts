import type { KeyObject } from 'node:crypto';
import type { KeyAlgorithm, KeyType, KeyUsage } from '../generated/types.ts';

/**
 * A key that this process can compute with. `parts` holds one KeyObject; for a hybrid or composite key the
 * post-quantum part first, then the classical one, then (private keys) the 32-byte seed where the scheme has one.
 */
export interface LoadedKey {
  readonly type: KeyType;
  readonly algorithm: KeyAlgorithm;
  readonly extractable: boolean;
  readonly usages: readonly KeyUsage[];
  readonly parts: readonly KeyObject[];
}

export interface LoadedKeyPair {
  readonly privateKey: LoadedKey;
  readonly publicKey: LoadedKey;
}
