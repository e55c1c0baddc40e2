import { randomBytes } from 'node:crypto';
import { tokenDigest } from './tokens.ts';

/** A bearer token and the digest that the configuration holds in its place. */
export function createToken(): { token: string; sha256: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, sha256: tokenDigest(token) };
}
