import type { KeyObject } from 'node:crypto';
import type { Algorithm, KeyAlgorithm, KeyFormat, KeyType, KeyUsage, PublicKey } from '../../generated/types.ts';
import type { LoadedKey, LoadedKeyPair } from '../key.ts';
import type { KeyAttributes, StoredKey } from '../provider.ts';

/** No key of any format is longer: it would hold up the thread, or fill the memory, for everybody else. */
export const longestKeyBytes = 64 << 10;

/** What an algorithm does with keys; one entry of the algorithm table. */
export interface KeyFamily {
  /** Format of a public key as anyone may see it; null where the algorithm has secret keys only. */
  readonly publicFormat: PublicKey['format'] | null;
  /** Whether WebCrypto lets keys of this algorithm out at all. */
  readonly exportable: boolean;
  generate(algorithm: Algorithm, attributes: KeyAttributes): Promise<LoadedKey | LoadedKeyPair>;
  import(
    format: KeyFormat,
    data: Uint8Array,
    algorithm: Algorithm | KeyAlgorithm,
    attributes: KeyAttributes,
  ): Promise<LoadedKey>;
  /** Does not look at `extractable`. */
  export(format: KeyFormat, key: LoadedKey): Promise<Uint8Array>;
  publicHalf(key: LoadedKey, usages: readonly KeyUsage[]): Promise<LoadedKey>;
  store(key: LoadedKey): StoredKey;
  load(format: string, bytes: Uint8Array, algorithm: KeyAlgorithm): readonly KeyObject[];
  /** Bits of a key to be derived (WebCrypto "get key length"); null: any length. */
  keyLength(algorithm: Algorithm): number | null;
}

/** A storage format says the type of the key in it. */
const storedTypes: Readonly<Record<string, KeyType>> = Object.freeze({
  raw: 'secret',
  'raw-public': 'public',
  spki: 'public',
});

export function storedType(format: string): KeyType {
  return storedTypes[format] ?? 'private';
}
