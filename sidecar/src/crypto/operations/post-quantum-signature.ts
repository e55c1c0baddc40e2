import { type KeyObject, sign, verify } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import { firstPart } from './key-part.ts';
import { attempt, operationFailed } from './refusal.ts';
import { asymmetricKeys, type SignatureScheme } from './signature-scheme.ts';
import { requireSlhDsaSelfTest } from './slh-dsa-self-test.ts';

/** FIPS 204 algorithm 2 line 1, FIPS 205 algorithm 22 line 1, RFC 8032 section 5.2.1. */
const largestContextBytes = 255;

/** The context string of a signature; empty when the algorithm names none. */
export function contextOf(algorithm: Algorithm): Uint8Array {
  const { context = new Uint8Array() } = algorithm;
  if (context.length > largestContextBytes) throw operationFailed(`a context of ${context.length} bytes`);
  return context;
}

/** Pure ML-DSA (FIPS 204 section 5.2), hedged. */
export const mlDsa: SignatureScheme = Object.freeze({
  ...asymmetricKeys,
  sign: (algorithm, key, data) => signWithContext(algorithm, firstPart(key), data),
  verify: (algorithm, key, signature, data) => verifyWithContext(algorithm, firstPart(key), signature, data),
} satisfies SignatureScheme);

/** Pure SLH-DSA (FIPS 205 section 10.2), hedged. The first signature of a parameter set waits for its self-test. */
export const slhDsa: SignatureScheme = Object.freeze({
  ...mlDsa,
  sign(algorithm, key, data) {
    contextOf(algorithm);
    requireSlhDsaSelfTest(algorithm.name);
    return mlDsa.sign(algorithm, key, data);
  },
} satisfies SignatureScheme);

function signWithContext(algorithm: Algorithm, key: KeyObject, data: Uint8Array): Buffer {
  const context = contextOf(algorithm);
  return attempt(algorithm.name, () => sign(null, data, { key, context }));
}

function verifyWithContext(algorithm: Algorithm, key: KeyObject, signature: Uint8Array, data: Uint8Array): boolean {
  return verify(null, data, { key, context: contextOf(algorithm) }, signature);
}
