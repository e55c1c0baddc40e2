import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { RsaScheme } from '../operations/composite-algorithms.ts';
import { type ComponentKey, generatePrivateKey } from './component-key.ts';
import { readElements, tag } from './der.ts';
import { requireMatchingSignature } from './pairwise.ts';
import { dataInvalid } from './refusal.ts';

const form = Object.freeze({ format: 'der', type: 'pkcs1' } as const);
const twoPrimes = Buffer.of(0);

/** RSAPrivateKey of two primes and RSAPublicKey of RFC 8017 appendix A.1. */
export function rsaComponent({ modulusLength }: RsaScheme): ComponentKey {
  const options = Object.freeze({ modulusLength, publicExponent: 0x10001 });
  const encode = (part: KeyObject): Buffer => part.export(form);
  const exact = (part: KeyObject, bytes: Buffer): KeyObject => {
    if (part.asymmetricKeyDetails?.modulusLength !== modulusLength) throw dataInvalid('a modulus of another length');
    requireSame(encode(part), bytes);
    return part;
  };
  return Object.freeze({
    isSeed: false,
    generate: () => generatePrivateKey('rsa', options),
    encodePrivate: encode,
    decodePrivate(bytes) {
      requireTwoPrimes(bytes);
      return exact(createPrivateKey({ key: bytes, ...form }), bytes);
    },
    encodePublic: encode,
    decodePublic: (bytes) => exact(createPublicKey({ key: bytes, ...form }), bytes),
    // OpenSSL takes a private key whose modulus is not the product of its primes.
    checkPrivate: (part) => requireMatchingSignature(part, 'sha256'),
  } satisfies ComponentKey);
}

/** OpenSSL also reads bytes that follow the key, and a private key for a public one. */
function requireSame(canonical: Buffer, bytes: Buffer): void {
  const isSame = canonical.equals(bytes);
  canonical.fill(0);
  if (!isSame) throw dataInvalid('an RSA key of another encoding');
}

function requireTwoPrimes(bytes: Buffer): void {
  const [key] = readElements(bytes);
  const [version] = key?.tag === tag.sequence ? readElements(key.content) : [];
  if (version?.tag !== tag.integer || !version.content.equals(twoPrimes))
    throw dataInvalid('an RSA key of other primes');
}
