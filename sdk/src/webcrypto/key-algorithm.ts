import { decodeBase64url, encodeBase64url } from '../client/base64url.ts';
import type { Key, KeyUsage, KeyAlgorithm as WireAlgorithm } from '../generated/types.ts';

/** `CryptoKey.algorithm` as WebCrypto shows it. */
export function fromWireAlgorithm(wire: WireAlgorithm): KeyAlgorithm {
  const { hash, publicExponent, ...rest } = wire;
  return {
    ...rest,
    ...(publicExponent !== undefined && { publicExponent: decodeBase64url(publicExponent) }),
    ...(hash !== undefined && { hash: { name: hash } }),
  };
}

/** The algorithm of a native key as the wire has it. */
export function toWireAlgorithm(algorithm: KeyAlgorithm): WireAlgorithm {
  const { name, hash, namedCurve, length, modulusLength, publicExponent } = algorithm as Partial<
    RsaHashedKeyAlgorithm & EcKeyAlgorithm & AesKeyAlgorithm
  > & { name: string };
  return {
    name,
    ...(hash !== undefined && { hash: hash.name }),
    ...(namedCurve !== undefined && { namedCurve }),
    ...(length !== undefined && { length }),
    ...(modulusLength !== undefined && { modulusLength }),
    ...(publicExponent !== undefined && { publicExponent: encodeBase64url(publicExponent) }),
  };
}

/** The algorithm argument with which a key of that algorithm is imported. */
export function importAlgorithm({ name, hash, namedCurve, length }: WireAlgorithm): WireAlgorithm {
  return {
    name,
    ...(hash !== undefined && { hash }),
    ...(namedCurve !== undefined && { namedCurve }),
    ...(length !== undefined && { length }),
  };
}

const ciphering: readonly KeyUsage[] = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
const signing: readonly KeyUsage[] = ['sign', 'verify'];

/**
 * A general-purpose key, as PKCS#11 makes them, as a key of the algorithm that WebCrypto sees: without the usages that
 * this one does not have. Any other key is as it is.
 */
export function webCryptoKey(key: Key): Key {
  const { multipurpose, ...algorithm } = key.algorithm;
  if (multipurpose !== true) return key;
  const known = algorithm.name === 'AES-GCM' ? ciphering : signing;
  return { ...key, algorithm, usages: key.usages.filter((usage) => known.includes(usage)) };
}
