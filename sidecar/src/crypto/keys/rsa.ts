import type { KeyObject } from 'node:crypto';
import { SidecarError } from '../../errors.ts';
import type { Algorithm } from '../../generated/types.ts';
import type { KeyFamily } from './key-family.ts';
import { nativeFamily } from './native-family.ts';
import { requireMatchingSignature } from './pairwise.ts';
import { pkcs8Storage } from './part-storage.ts';

/** Generating more takes minutes of a thread. */
const maxGeneratedBits = 8192;

/** RSASSA-PKCS1-v1_5, RSA-PSS and RSA-OAEP. */
export const rsa: KeyFamily = nativeFamily({
  parameters: ['hash', 'modulusLength', 'publicExponent'],
  storage: pkcs8Storage,
  publicFormat: 'spki',
  checkGeneration: ({ modulusLength = 0 }: Algorithm) => {
    if (modulusLength > maxGeneratedBits) throw new SidecarError('operation_failed', `a ${modulusLength} bit modulus`);
  },
  // OpenSSL takes a PKCS#8 key whose modulus is not the product of its primes.
  checkPrivate: (part: KeyObject) => requireMatchingSignature(part, 'sha256'),
});
