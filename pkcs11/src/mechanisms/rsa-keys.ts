import type { KeyObject } from 'node:crypto';
import { CKK } from '../codec/constants/objects.ts';
import type { KeyUse } from './key-use.ts';

/** What every mechanism of RSA has. */
export const rsaKeys = { keyTypes: [CKK.RSA], keySizes: [1024, 8192] } as const;

/** Bytes of PKCS#1 padding that a message is at least shorter than the modulus. */
export const paddingBytes = 11;

export function modulusBits(use: KeyUse): number {
  return use.object.key?.algorithm.modulusLength ?? bitsOf(use.publicKey);
}

export function modulusBytes(use: KeyUse): number {
  return Math.ceil(modulusBits(use) / 8);
}

function bitsOf(publicKey: KeyObject): number {
  return publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
}

/** The bytes as a number of the length of the modulus: CKM_RSA_X_509 takes what has fewer. */
export function ofModulusLength(data: Buffer, bytes: number): Buffer {
  const padded = Buffer.alloc(bytes);
  data.copy(padded, bytes - data.length);
  return padded;
}
