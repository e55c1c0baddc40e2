import type { LoadedKey, LoadedKeyPair } from '../key.ts';
import type { CryptoOperations } from '../provider.ts';

/** What a wrapping computes with. */
export type WrappingCrypto = Pick<
  CryptoOperations,
  | 'generateKey'
  | 'importKey'
  | 'exportKey'
  | 'encrypt'
  | 'decrypt'
  | 'deriveBits'
  | 'encapsulateBits'
  | 'decapsulateBits'
>;

/** One way to wrap a key to a public key. */
export interface KeyWrapping {
  generate(crypto: WrappingCrypto): Promise<LoadedKeyPair>;
  /**
   * @param spki SubjectPublicKeyInfo, DER
   * @throws SidecarError `data_invalid` for what is no public key of the wrapping, `wrapping_weak` for one that protects
   *   nothing
   */
  load(crypto: WrappingCrypto, spki: Uint8Array): Promise<LoadedKey>;
  /**
   * @param key stays the caller's to wipe
   * @param info what the recipient has to know, where the wrapping has room for it
   */
  wrap(crypto: WrappingCrypto, recipient: LoadedKey, key: Uint8Array, info: Uint8Array): Promise<Uint8Array>;
  /**
   * @param info what the sender has to know beside the public key, where the wrapping has room for it
   * @returns the wrapped key in unpooled bytes that the caller owns and wipes
   * @throws SidecarError `operation_failed` for what was not wrapped to this key
   */
  open(crypto: WrappingCrypto, pair: LoadedKeyPair, wrapped: Uint8Array, info: Uint8Array): Promise<Uint8Array>;
}

/** @throws TypeError for a secret key, which no wrapping generates */
export async function generatePair(
  crypto: WrappingCrypto,
  ...[algorithm, attributes]: Parameters<CryptoOperations['generateKey']>
): Promise<LoadedKeyPair> {
  const generated = await crypto.generateKey(algorithm, attributes);
  if (!('privateKey' in generated)) throw new TypeError(`${algorithm.name} has no pairs`);
  return generated;
}
