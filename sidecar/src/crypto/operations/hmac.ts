import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LoadedKey } from '../key.ts';
import { hashOf } from './hash-name.ts';
import { firstPart } from './key-part.ts';
import { required } from './refusal.ts';
import type { SignatureScheme } from './signature-scheme.ts';

/** RFC 2104. The tag is not truncated. */
export const hmac: SignatureScheme = Object.freeze({
  signingKey: 'secret',
  verifyingKey: 'secret',
  sign: (_algorithm, key, data) => tag(key, data),
  verify(_algorithm, key, signature, data) {
    const expected = tag(key, data);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  },
} satisfies SignatureScheme);

function tag(key: LoadedKey, data: Uint8Array): Buffer {
  const { digest } = hashOf(required(key.algorithm.hash, 'hash'));
  return createHmac(digest, firstPart(key)).update(data).digest();
}
