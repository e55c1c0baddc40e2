import type { KeyObject } from 'node:crypto';
import { SidecarError } from '../../errors.ts';
import type { LoadedKey } from '../key.ts';

const leastExponent = 65_537n;
const exponentLimit = 2n ** 256n;

/**
 * OpenSSL and WebCrypto take any public exponent. With 1 the ciphertext is the plaintext. Small ones, even ones and an
 * even modulus are no key that SP 800-56B rev. 2 (section 6.2.1) lets anybody generate.
 *
 * @param publicKey of any algorithm; those without an RSA modulus pass
 * @throws SidecarError `wrapping_weak`
 */
export function requireSoundRsa({ algorithm, parts: [part] }: LoadedKey): void {
  if (algorithm.modulusLength === undefined || part === undefined) return;
  const exponent = part.asymmetricKeyDetails?.publicExponent ?? 0n;
  if (exponent < leastExponent || exponent >= exponentLimit || isEven(exponent)) {
    throw new SidecarError('wrapping_weak', `an RSA public exponent of ${shortened(exponent)}, 65537 is usual`);
  }
  if (part.type === 'public' && isEven(modulusOf(part))) {
    throw new SidecarError('wrapping_weak', 'an RSA modulus that is even');
  }
}

function modulusOf(publicKey: KeyObject): bigint {
  const { n = '' } = publicKey.export({ format: 'jwk' });
  return BigInt(`0x0${Buffer.from(n, 'base64url').toString('hex')}`);
}

function isEven(value: bigint): boolean {
  return value % 2n === 0n;
}

function shortened(value: bigint): string {
  return value < 2n ** 64n ? String(value) : `${value.toString(2).length} bits`;
}
