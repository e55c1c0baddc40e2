import type { KeyObject } from 'node:crypto';
import type { KeyUsage, PublicKey } from '../../generated/types.ts';
import type { Table } from '../operations/table.ts';

export type Parts = readonly KeyObject[];

/** One format of a key pair's private or public half. */
export interface KeyCodec {
  readonly type: 'private' | 'public';
  /** Fresh unpooled bytes. */
  encode(parts: Parts): Buffer;
  /** @throws anything when the bytes are no such key */
  decode(bytes: Uint8Array): Parts;
}

/** A key pair algorithm as its standard defines it, over the KeyObjects of its parts. */
export interface PairScheme {
  readonly privateUsages: readonly KeyUsage[];
  readonly publicUsages: readonly KeyUsage[];
  /** All formats but jwk. `raw-public` and the stored format are always among them. */
  readonly codecs: Table<KeyCodec>;
  /** The smallest private format, also `priv` of a jwk. */
  readonly storedFormat: 'raw-seed' | 'raw-private';
  /** Whether a private key has the stored format; one that has not is stored as PKCS#8. Absent: every one has. */
  hasStoredFormat?(parts: Parts): boolean;
  /** Format of a public key as anyone may see it: one that native WebCrypto reads, where it has the algorithm. */
  readonly publicFormat: PublicKey['format'];
  /** The `use` of a jwk; null where no jwk form is standardized. */
  readonly jwkUse: 'sig' | 'enc' | null;
  generate(): Promise<Parts>;
  publicParts(privateParts: Parts): Parts;
  /** @throws SidecarError `data_invalid` when an imported private key does not fit its public part */
  checkPrivate?(parts: Parts): Promise<void>;
}

export const signingUsages = Object.freeze({
  privateUsages: Object.freeze<KeyUsage[]>(['sign']),
  publicUsages: Object.freeze<KeyUsage[]>(['verify']),
});

export const kemUsages = Object.freeze({
  privateUsages: Object.freeze<KeyUsage[]>(['decapsulateKey', 'decapsulateBits']),
  publicUsages: Object.freeze<KeyUsage[]>(['encapsulateKey', 'encapsulateBits']),
});
