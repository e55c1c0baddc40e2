import { FerroHsmError } from '../errors.ts';
import type { HsmSubtleCrypto } from '../webcrypto/subtle-crypto-types.ts';

/** A SubtleCrypto; the methods of the Modern Algorithms draft are needed for KEMs other than DHKEM. */
export type HpkeSubtleCrypto = Pick<SubtleCrypto, 'importKey' | 'exportKey' | 'deriveBits'> &
  Partial<Pick<HsmSubtleCrypto, 'encapsulateBits' | 'decapsulateBits' | 'getPublicKey'>>;

/** The recipient's private key, or the pair where the SubtleCrypto has no `getPublicKey`; a named key is a pair. */
export type HpkeRecipientKey = CryptoKey | { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };

export interface Encapsulation {
  readonly sharedSecret: Uint8Array<ArrayBuffer>;
  readonly enc: Uint8Array<ArrayBuffer>;
}

export interface Kem {
  /** Name, and curve, that a key must have. */
  readonly algorithm: { readonly name: string; readonly namedCurve?: string };
  /** Nenc. */
  readonly encBytes: number;
  encapsulate(subtle: HpkeSubtleCrypto, publicKey: CryptoKey): Promise<Encapsulation>;
  decapsulate(
    subtle: HpkeSubtleCrypto,
    recipient: HpkeRecipientKey,
    enc: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>>;
}

export function privateKeyOf(recipient: HpkeRecipientKey): CryptoKey {
  return 'privateKey' in recipient ? recipient.privateKey : recipient;
}

/** @throws FerroHsmError `access_invalid` for a key of another type or algorithm */
export function requireKey({ algorithm }: Kem, key: CryptoKey, type: 'public' | 'private'): void {
  const { name, namedCurve } = key.algorithm as EcKeyAlgorithm;
  if (key.type === type && name === algorithm.name && namedCurve === algorithm.namedCurve) return;
  const wanted = `${algorithm.name}${algorithm.namedCurve === undefined ? '' : ` ${algorithm.namedCurve}`}`;
  throw new FerroHsmError('access_invalid', `the suite needs a ${type} key for ${wanted}`);
}
