import { createHash } from 'node:crypto';

/** SHA-256 of the token's text. A token has 256 random bits, so a plain digest cannot be guessed back. */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
