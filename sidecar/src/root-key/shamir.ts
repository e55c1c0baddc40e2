import { randomFillSync } from 'node:crypto';
import { Secret, secretMemory } from '../secret.ts';

/** One point of the polynomials: the share of one custodian. */
export interface Share {
  /** Where the polynomials were evaluated, 1 to 255. */
  readonly index: number;
  /** As long as the secret. */
  readonly value: Secret;
}

/** x^8 + x^4 + x^3 + x + 1, the field of AES (FIPS 197 section 4.2) and of other implementations of this scheme. */
const reduction = 0x1b;

/**
 * Splits a secret by Shamir's scheme ("How to share a secret", 1979), each byte by a polynomial of its own over GF(2^8).
 * Any `threshold` shares give it back; fewer tell nothing of it. Fewer or other ones combine to another value without
 * an error, so whoever combines must check the result.
 *
 * @param count shares, with the indexes 1 to count
 * @example const shares = splitSecret(rootKey, { threshold: 3, count: 5 });
 */
export function splitSecret(
  secret: Secret,
  { threshold, count }: { readonly threshold: number; readonly count: number },
): Share[] {
  if (threshold < 2 || threshold > count || count > 255) throw new RangeError(`${threshold} of ${count} shares`);
  const shares = Array.from({ length: count }, (_, at) => ({ index: at + 1, value: blank(secret.length) }));
  using coefficients = blank(threshold);
  for (const [at, byte] of secret.bytes.entries()) {
    randomFillSync(coefficients.bytes);
    coefficients.bytes[0] = byte;
    for (const { index, value } of shares) value.bytes[at] = evaluate(coefficients.bytes, index);
  }
  return shares;
}

/**
 * The value that the shares lead to: the secret when they are at least `threshold` of one split.
 *
 * @param shares with different indexes and values of the same length
 */
export function combineShares(shares: readonly Share[]): Secret {
  const secret = blank(shares[0]?.value.length ?? 0);
  for (const { index, value } of shares) {
    const weight = weightAtZero(
      index,
      shares.map((share) => share.index),
    );
    for (const [at, byte] of value.bytes.entries()) {
      secret.bytes[at] = (secret.bytes[at] ?? 0) ^ multiply(byte, weight);
    }
  }
  return secret;
}

function blank(lengthBytes: number): Secret {
  return Secret.take(secretMemory(lengthBytes).fill(0));
}

/** Horner's rule; the first coefficient is the value at zero. */
function evaluate(coefficients: Buffer, at: number): number {
  return coefficients.reduceRight((sum, coefficient) => multiply(sum, at) ^ coefficient, 0);
}

/** Of Lagrange's interpolation: what the point at `index` adds at zero. Only indexes, which are public, are divided by. */
function weightAtZero(index: number, indexes: readonly number[]): number {
  const others = indexes.filter((other) => other !== index);
  return others.reduce((weight, other) => multiply(weight, multiply(other, invert(other ^ index))), 1);
}

/** No table and no branch: where memory is read, or what is skipped, would tell of the operands. */
function multiply(left: number, right: number): number {
  let product = 0;
  let power = left;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= power & -((right >> bit) & 1);
    power = ((power << 1) ^ (reduction & -(power >> 7))) & 0xff;
  }
  return product;
}

/** The power 254: the group has 255 elements. */
function invert(element: number): number {
  let inverse = element;
  for (let step = 0; step < 6; step += 1) inverse = multiply(multiply(inverse, inverse), element);
  return multiply(inverse, inverse);
}
