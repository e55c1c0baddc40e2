import { hkdfSync, pbkdf2Sync } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import type { DerivationScheme } from './derivation-scheme.ts';
import { hashOf } from './hash-name.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed, required } from './refusal.ts';

/** RFC 5869; info has at most 1024 bytes (OpenSSL), as in Node's WebCrypto. */
export const hkdf: DerivationScheme = Object.freeze({
  baseKey: 'secret',
  agreement: false,
  derive(algorithm, key, length) {
    const bytes = bytesOf(length);
    const salt = required(algorithm.salt, 'salt');
    const info = required(algorithm.info, 'info');
    if (bytes === 0) return new Uint8Array();
    return attempt('HKDF', () => new Uint8Array(hkdfSync(digestOf(algorithm), firstPart(key), salt, info, bytes)));
  },
} satisfies DerivationScheme);

/** Up to ten seconds of the slow lane, which everybody shares; RFC 6070 goes as far. */
const mostRounds = 2 ** 24;

/** More would fill the memory before it fits no answer. */
export const mostDerivedBytes = 65_536;

/** RFC 8018 section 5.2, within bounds that WebCrypto does not have. */
export const pbkdf2: DerivationScheme = Object.freeze({
  baseKey: 'secret',
  agreement: false,
  derive(algorithm, key, length) {
    const bytes = bytesOf(length);
    const iterations = required(algorithm.iterations, 'iterations');
    const salt = required(algorithm.salt, 'salt');
    if (iterations === 0) throw operationFailed('0 iterations');
    requireBounded(iterations, bytes, hashOf(required(algorithm.hash, 'hash')).bytes);
    if (bytes === 0) return new Uint8Array();
    const password = firstPart(key).export();
    try {
      return attempt('PBKDF2', () => pbkdf2Sync(password, salt, iterations, bytes, digestOf(algorithm)));
    } finally {
      password.fill(0);
    }
  },
} satisfies DerivationScheme);

/** Every block of output takes all iterations. */
function requireBounded(iterations: number, bytes: number, hashBytes: number): void {
  if (bytes > mostDerivedBytes) throw operationFailed(`${bytes} derived bytes, at most ${mostDerivedBytes}`);
  const rounds = iterations * Math.max(1, Math.ceil(bytes / hashBytes));
  if (rounds > mostRounds) throw operationFailed(`${rounds} rounds, at most ${mostRounds}`);
}

function digestOf(algorithm: Algorithm): string {
  return hashOf(required(algorithm.hash, 'hash')).digest;
}

export function bytesOf(length: number | null): number {
  if (length === null || length % 8 !== 0) throw operationFailed(`a length of ${length} bits`);
  return length / 8;
}
