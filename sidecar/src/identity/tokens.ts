import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Longest bearer token or JWT, in characters: one that ML-DSA-65 signed has about 5,000. */
export const longestToken = 16_384;

/** SHA-256 of the token's text, base64url. A token has 256 random bits, so a plain digest cannot be guessed back. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('base64url');
}

/**
 * Values by secret digests. A digest is looked up by another one that is keyed for this process, and compared in
 * constant time: neither the place in the table nor the comparison tells an outsider which digest nearly fitted.
 */
export class DigestTable<Value> {
  readonly #blind = randomBytes(32);
  readonly #entries = new Map<string, { readonly digest: Buffer; readonly value: Value }>();

  get size(): number {
    return this.#entries.size;
  }

  get(sha256: string): Value | undefined {
    const entry = this.#entries.get(this.#place(sha256));
    if (entry === undefined) return undefined;
    const digest = Buffer.from(sha256);
    return digest.length === entry.digest.length && timingSafeEqual(digest, entry.digest) ? entry.value : undefined;
  }

  set(sha256: string, value: Value): void {
    this.#entries.set(this.#place(sha256), { digest: Buffer.from(sha256), value });
  }

  delete(sha256: string): void {
    this.#entries.delete(this.#place(sha256));
  }

  #place(sha256: string): string {
    return createHash('sha256').update(this.#blind).update(sha256).digest('base64');
  }
}
