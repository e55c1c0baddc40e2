import { type SignKeyObjectInput, sign, verify } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { hashOf } from './hash-name.ts';
import { firstPart } from './key-part.ts';
import { contextOf } from './post-quantum-signature.ts';
import { required } from './refusal.ts';
import { asymmetricKeys, type SignatureScheme } from './signature-scheme.ts';

/** FIPS 186-5 section 6; a signature is r || s, each as long as the order of the curve (IEEE P1363). */
export const ecdsa: SignatureScheme = Object.freeze({
  ...asymmetricKeys,
  sign: (algorithm, key, data) => sign(digestOf(algorithm), data, p1363(key)),
  verify: (algorithm, key, signature, data) => verify(digestOf(algorithm), data, p1363(key), signature),
} satisfies SignatureScheme);

/** RFC 8032 section 5.1. */
export const ed25519: SignatureScheme = Object.freeze({
  ...asymmetricKeys,
  sign: (_algorithm, key, data) => sign(null, data, firstPart(key)),
  verify: (_algorithm, key, signature, data) => verify(null, data, firstPart(key), signature),
} satisfies SignatureScheme);

/** RFC 8032 section 5.2; pure, with a context. */
export const ed448: SignatureScheme = Object.freeze({
  ...asymmetricKeys,
  sign(algorithm, key, data) {
    const context = contextOf(algorithm);
    return sign(null, data, { key: firstPart(key), context });
  },
  verify(algorithm, key, signature, data) {
    const context = contextOf(algorithm);
    return verify(null, data, { key: firstPart(key), context }, signature);
  },
} satisfies SignatureScheme);

function p1363(key: LoadedKey): SignKeyObjectInput {
  return { key: firstPart(key), dsaEncoding: 'ieee-p1363' };
}

function digestOf(algorithm: Algorithm): string {
  return hashOf(required(algorithm.hash, 'hash')).digest;
}
