import { KeyObject, webcrypto } from 'node:crypto';
import type { Algorithm, KeyAlgorithm, KeyType, KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { hashOf } from '../operations/hash-name.ts';
import { firstPart } from '../operations/key-part.ts';

/** Members of an algorithm that matter when its keys are made. */
export type KeyParameter = 'hash' | 'namedCurve' | 'length' | 'modulusLength' | 'publicExponent';

/** An algorithm as native WebCrypto takes it. */
export interface NativeAlgorithm {
  readonly name: string;
  readonly publicExponent?: Uint8Array;
  readonly [member: string]: unknown;
}

/** An algorithm as a native key shows it. */
interface NativeKeyAlgorithm extends Omit<KeyAlgorithm, 'hash' | 'publicExponent'> {
  readonly hash?: { readonly name: string };
  readonly publicExponent?: Uint8Array;
}

/**
 * Takes over the name and the members that the algorithm has, and no others.
 *
 * @throws SidecarError `not_supported` for an unknown hash
 */
export function nativeAlgorithm(
  algorithm: Algorithm | KeyAlgorithm,
  parameters: readonly KeyParameter[],
): NativeAlgorithm {
  const present = parameters.filter((parameter) => algorithm[parameter] !== undefined);
  if (present.includes('hash')) hashOf(algorithm.hash as string);
  return {
    name: algorithm.name,
    ...Object.fromEntries(present.map((parameter) => [parameter, nativeMember(algorithm, parameter)])),
  };
}

function nativeMember(algorithm: Algorithm | KeyAlgorithm, parameter: KeyParameter): unknown {
  const value = algorithm[parameter];
  return parameter === 'publicExponent' ? new Uint8Array(Buffer.from(value as string, 'base64url')) : value;
}

function keyAlgorithm(native: object): KeyAlgorithm {
  const { hash, publicExponent, ...rest } = native as NativeKeyAlgorithm;
  return Object.freeze({
    ...rest,
    ...(hash !== undefined && { hash: hash.name }),
    ...(publicExponent !== undefined && { publicExponent: Buffer.from(publicExponent).toString('base64url') }),
  });
}

/**
 * A native key as this process keeps it.
 *
 * @param extractable as the holder asked; the native key itself has to be extractable to become a KeyObject
 */
export function fromCryptoKey(
  cryptoKey: webcrypto.CryptoKey,
  extractable: boolean,
  part: KeyObject = KeyObject.from(cryptoKey),
): LoadedKey {
  return Object.freeze({
    type: cryptoKey.type as KeyType,
    algorithm: keyAlgorithm(cryptoKey.algorithm),
    extractable,
    usages: Object.freeze([...(cryptoKey.usages as KeyUsage[])]),
    parts: Object.freeze([part]),
  });
}

/** An extractable native face of a key, with all its usages. */
export function toCryptoKey(key: LoadedKey, parameters: readonly KeyParameter[]): webcrypto.CryptoKey {
  const algorithm = nativeAlgorithm(key.algorithm, parameters);
  return firstPart(key).toCryptoKey(algorithm as never, true, [...key.usages] as never);
}

/** Native WebCrypto with the names and formats of the Modern Algorithms draft, which its types do not list. */
export interface NativeSubtle {
  generateKey(
    algorithm: NativeAlgorithm,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<webcrypto.CryptoKey | webcrypto.CryptoKeyPair>;
  importKey(
    format: string,
    data: object,
    algorithm: NativeAlgorithm,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<webcrypto.CryptoKey>;
  exportKey(format: string, key: webcrypto.CryptoKey): Promise<ArrayBuffer | webcrypto.JsonWebKey>;
  getPublicKey(key: webcrypto.CryptoKey, usages: readonly KeyUsage[]): Promise<webcrypto.CryptoKey>;
}

export const nativeSubtle = webcrypto.subtle as unknown as NativeSubtle;
