import type { KeyFormat, KeyUsage } from '../generated/types.ts';
import { type Converter, enumeration, sequence } from './web-idl.ts';

export const keyFormat: Converter<KeyFormat> = enumeration('KeyFormat', [
  'raw',
  'raw-public',
  'raw-secret',
  'raw-seed',
  'raw-private',
  'spki',
  'pkcs8',
  'jwk',
]);

const usageSequence = sequence<KeyUsage>(
  enumeration('KeyUsage', [
    'encrypt',
    'decrypt',
    'sign',
    'verify',
    'deriveKey',
    'deriveBits',
    'wrapKey',
    'unwrapKey',
    'encapsulateKey',
    'encapsulateBits',
    'decapsulateKey',
    'decapsulateBits',
  ]),
);

/** Usages are a set: each counts once. */
export const keyUsages: Converter<KeyUsage[]> = (value, what) => [...new Set(usageSequence(value, what))];
