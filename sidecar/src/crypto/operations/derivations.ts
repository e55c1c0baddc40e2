import type { DerivationScheme } from './derivation-scheme.ts';
import { keyAgreement } from './key-agreement.ts';
import { hkdf, pbkdf2 } from './key-stretching.ts';
import { table } from './table.ts';

/** Every algorithm that derives bits. */
export const derivationSchemes = table<DerivationScheme>({
  ECDH: keyAgreement,
  X25519: keyAgreement,
  HKDF: hkdf,
  PBKDF2: pbkdf2,
});
