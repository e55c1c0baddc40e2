import type { FerroHsm, NamedKeyVersion } from '@ferrohsm/sdk/node';
import type { EnvelopeReader } from './header.ts';

export type Subtle = FerroHsm['subtle'];

/** The CryptoKeys of one version of a named key; the algorithm says which there are. */
export type VersionKeys = Pick<NamedKeyVersion, 'publicKey' | 'privateKey' | 'secretKey'>;

/** One way to make an envelope: a row of the table of kinds. */
export interface SealingMethod {
  /** The byte that names it in the envelope. */
  readonly kind: number;
  /** Algorithms of the named keys that it works with. */
  readonly algorithms: RegExp;
  /** The whole envelope, which starts with the prefix. */
  seal(subtle: Subtle, keys: VersionKeys, prefix: Uint8Array, plaintext: BufferSource): Promise<Uint8Array>;
  /** The plaintext; the reader stands after the prefix. */
  open(subtle: Subtle, keys: VersionKeys, envelope: EnvelopeReader): Promise<Uint8Array>;
}
