import { argon2 } from './argon2.ts';
import type { DerivationScheme } from './derivation-scheme.ts';
import { keyAgreement } from './key-agreement.ts';
import { hkdf, pbkdf2 } from './key-stretching.ts';
import { table } from './table.ts';

/** Every algorithm that derives bits. */
export const derivationSchemes = table<DerivationScheme>({
  ECDH: keyAgreement,
  X25519: keyAgreement,
  X448: keyAgreement,
  HKDF: hkdf,
  PBKDF2: pbkdf2,
  Argon2d: argon2('argon2d'),
  Argon2i: argon2('argon2i'),
  Argon2id: argon2('argon2id'),
});
