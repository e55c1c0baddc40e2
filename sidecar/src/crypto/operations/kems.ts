import { decapsulate, encapsulate } from 'node:crypto';
import { mlKem768P256, mlKem768X25519, mlKem1024P384 } from './hybrid-kem.ts';
import type { KemScheme } from './kem-scheme.ts';
import { firstPart } from './key-part.ts';
import { attempt } from './refusal.ts';
import { table } from './table.ts';

/** FIPS 203 section 7. A ciphertext of the right length always gives a secret (implicit rejection). */
const mlKem: KemScheme = Object.freeze({
  encapsulate: (key) => attempt(key.algorithm.name, () => encapsulate(firstPart(key))),
  decapsulate: (key, ciphertext) => attempt(key.algorithm.name, () => decapsulate(firstPart(key), ciphertext)),
} satisfies KemScheme);

/** Every key encapsulation mechanism. */
export const kemSchemes = table<KemScheme>({
  'ML-KEM-512': mlKem,
  'ML-KEM-768': mlKem,
  'ML-KEM-1024': mlKem,
  'MLKEM768-X25519': mlKem768X25519,
  'MLKEM768-P256': mlKem768P256,
  'MLKEM1024-P384': mlKem1024P384,
});
