import { SidecarError } from '../errors.ts';

const alphabet = /^[A-Za-z0-9_-]*$/;

/** Last characters that leave no stray bits, by length modulo 4 (RFC 4648 section 3.5). */
const canonicalTail: Readonly<Record<number, RegExp>> = {
  2: /[AQgw]$/,
  3: /[AEIMQUYcgkosw048]$/,
};

/**
 * Decodes base64url without padding (RFC 4648 section 5). Strict, unlike Buffer, which skips what it does not know: one
 * value must have one encoding.
 *
 * @param allocate memory for the bytes: secrets need some of their own, all else may share a pool
 */
export function decodeBase64url(text: string, allocate: (length: number) => Buffer): Buffer {
  const remainder = text.length % 4;
  const tail = canonicalTail[remainder];
  if (remainder === 1 || !alphabet.test(text) || (tail !== undefined && !tail.test(text))) {
    throw new SidecarError('invalid_params', 'a byte field is not base64url without padding');
  }
  const bytes = allocate(Math.floor((text.length * 3) / 4));
  bytes.write(text, 'base64url');
  return bytes;
}
