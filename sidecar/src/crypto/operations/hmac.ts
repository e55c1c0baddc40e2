import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { chosenHash } from './chosen-hash.ts';
import { firstPart } from './key-part.ts';
import type { SignatureScheme } from './signature-scheme.ts';

/** RFC 2104. The tag is not truncated. */
export const hmac: SignatureScheme = Object.freeze({
  signingKey: 'secret',
  verifyingKey: 'secret',
  sign: tag,
  verify(algorithm, key, signature, data) {
    const expected = tag(algorithm, key, data);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  },
} satisfies SignatureScheme);

function tag(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Buffer {
  const { digest } = chosenHash(algorithm, key);
  return createHmac(digest, firstPart(key)).update(data).digest();
}
