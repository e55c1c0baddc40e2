import { SidecarError } from '../../errors.ts';
import type { LoadedKey } from '../key.ts';
import { firstPart } from './key-part.ts';

/** Length of the modulus of an RSA key. */
export function modulusBits(key: LoadedKey): number {
  const bits = firstPart(key).asymmetricKeyDetails?.modulusLength;
  if (bits === undefined) throw new SidecarError('internal_error', 'an RSA key without a modulus');
  return bits;
}

export function modulusBytes(key: LoadedKey): number {
  return Math.ceil(modulusBits(key) / 8);
}
