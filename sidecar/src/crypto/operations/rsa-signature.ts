import { constants, type SignKeyObjectInput, sign, verify } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { chosenHash } from './chosen-hash.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed, required } from './refusal.ts';
import { asymmetricKeys, type SignatureScheme } from './signature-scheme.ts';

/** node:crypto reads negative salt lengths as modes and refuses larger ones as an argument error. */
const largestSaltBytes = 2 ** 31 - 1;

/** RFC 8017 section 8.2. */
export const rsaPkcs1: SignatureScheme = Object.freeze({
  ...asymmetricKeys,
  sign: (algorithm, key, data) =>
    attempt('RSASSA-PKCS1-v1_5', () => sign(digestOf(algorithm, key), data, { key: firstPart(key), ...pkcs1 })),
  verify: (algorithm, key, signature, data) =>
    verify(digestOf(algorithm, key), data, { key: firstPart(key), ...pkcs1 }, signature),
} satisfies SignatureScheme);

const pkcs1 = Object.freeze({ padding: constants.RSA_PKCS1_PADDING });

/** RFC 8017 section 8.1; MGF1 uses the hash of the message. */
export const rsaPss: SignatureScheme = Object.freeze({
  ...asymmetricKeys,
  sign(algorithm, key, data) {
    if (saltBytes(algorithm) > largestSaltBytes) throw operationFailed(`a salt of ${algorithm.saltLength} bytes`);
    return attempt('RSA-PSS', () => sign(digestOf(algorithm, key), data, pss(algorithm, key)));
  },
  verify: (algorithm, key, signature, data) =>
    saltBytes(algorithm) <= largestSaltBytes && verify(digestOf(algorithm, key), data, pss(algorithm, key), signature),
} satisfies SignatureScheme);

function pss(algorithm: Algorithm, key: LoadedKey): SignKeyObjectInput {
  return { key: firstPart(key), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: saltBytes(algorithm) };
}

function saltBytes(algorithm: Algorithm): number {
  return required(algorithm.saltLength, 'saltLength');
}

function digestOf(algorithm: Algorithm, key: LoadedKey): string {
  return chosenHash(algorithm, key).digest;
}
