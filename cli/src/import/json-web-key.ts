import { createPrivateKey, type KeyObject } from 'node:crypto';
import { CliError } from '../errors.ts';
import type { FoundAlgorithm } from './key-algorithm-of.ts';

/** A private key, or the bytes of a secret one. */
export type JwkContent = { readonly algorithm?: FoundAlgorithm | undefined } & (
  | { readonly privateKey: KeyObject }
  | { readonly secret: Buffer }
);

/** By the `alg` of a JWK (RFC 7518, RFC 9964); what is not here follows from the key, or is told by the user. */
const algorithms: readonly (readonly [RegExp, (alg: string) => FoundAlgorithm])[] = [
  [/^HS(256|384|512)$/, (alg) => ({ name: 'HMAC', hash: hashIn(alg) })],
  [/^RS(256|384|512)$/, (alg) => ({ name: 'RSASSA-PKCS1-v1_5', hash: hashIn(alg) })],
  [/^PS(256|384|512)$/, (alg) => ({ name: 'RSA-PSS', hash: hashIn(alg) })],
  [/^RSA-OAEP-(256|384|512)$/, (alg) => ({ name: 'RSA-OAEP', hash: hashIn(alg) })],
  [/^A(128|192|256)GCM$/, () => ({ name: 'AES-GCM' })],
  [/^A(128|192|256)CBC$/, () => ({ name: 'AES-CBC' })],
  [/^A(128|192|256)CTR$/, () => ({ name: 'AES-CTR' })],
  [/^A(128|192|256)KW$/, () => ({ name: 'AES-KW' })],
];

/**
 * Reads a JWK. It is text, so its secret leaves copies in this process's memory until it ends.
 *
 * @throws CliError 65
 */
export function readJsonWebKey(text: Buffer): JwkContent {
  const jwk = parsed(text);
  const algorithm = algorithmIn(jwk);
  if (jwk.kty === 'oct') return { algorithm, secret: secretOf(jwk) };
  return { algorithm: agreement(jwk) ?? algorithm, privateKey: privateKeyOf(jwk) };
}

function parsed(text: Buffer): JsonWebKey {
  try {
    const value: unknown = JSON.parse(text.toString());
    if (typeof value === 'object' && value !== null) return value as JsonWebKey;
  } catch {
    // The reason would quote the text, which is secret.
  }
  throw refused('it is no JSON object');
}

function algorithmIn({ alg = '' }: JsonWebKey): FoundAlgorithm | undefined {
  return algorithms.find(([pattern]) => pattern.test(alg))?.[1](alg);
}

/** An elliptic curve key that says that it is for key agreement. */
function agreement({ alg = '', crv, kty, key_ops: operations = [] }: JsonWebKey): FoundAlgorithm | undefined {
  const agrees = alg.startsWith('ECDH') || operations.some((operation) => operation.startsWith('derive'));
  return kty === 'EC' && agrees ? { name: 'ECDH', namedCurve: crv } : undefined;
}

function secretOf({ k }: JsonWebKey): Buffer {
  if (typeof k !== 'string' || !/^[A-Za-z0-9_-]+$/.test(k)) throw refused('it has no key in "k"');
  return Buffer.from(k, 'base64url');
}

function privateKeyOf(key: JsonWebKey): KeyObject {
  try {
    return createPrivateKey({ key, format: 'jwk' });
  } catch {
    throw refused('it is no private key');
  }
}

function hashIn(alg: string): string {
  return `SHA-${alg.slice(-3)}`;
}

function refused(reason: string): CliError {
  return new CliError(65, `cannot read the JWK: ${reason}`, 'give a JWK with its private or secret members');
}
