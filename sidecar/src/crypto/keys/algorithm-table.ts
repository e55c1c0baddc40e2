import type { KeyAlgorithm } from '../../generated/types.ts';
import { type Table, table } from '../operations/table.ts';
import { compositeSignatures } from './composite-signature.ts';
import { ed448, ed25519, ellipticCurve, x448, x25519 } from './elliptic-curve.ts';
import { mlKem768P256, mlKem768X25519, mlKem1024P384 } from './hybrid-kem.ts';
import type { KeyFamily } from './key-family.ts';
import { moduleLattice } from './module-lattice.ts';
import { multipurposeFamilies } from './multipurpose-table.ts';
import { notSupported } from './refusal.ts';
import { rsa } from './rsa.ts';
import { slhDsa } from './slh-dsa.ts';
import { aes, chaCha20Poly1305, hmac, inputKey, kmac } from './symmetric.ts';

/** Every algorithm whose keys this process makes, reads and writes. */
export const keyFamilies: Table<KeyFamily> = table({
  'AES-GCM': aes,
  'AES-CBC': aes,
  'AES-CTR': aes,
  'AES-KW': aes,
  'AES-OCB': aes,
  'ChaCha20-Poly1305': chaCha20Poly1305,
  HMAC: hmac,
  KMAC128: kmac(128),
  KMAC256: kmac(256),
  HKDF: inputKey,
  PBKDF2: inputKey,
  Argon2d: inputKey,
  Argon2i: inputKey,
  Argon2id: inputKey,
  'RSASSA-PKCS1-v1_5': rsa,
  'RSA-PSS': rsa,
  'RSA-OAEP': rsa,
  ECDSA: ellipticCurve,
  ECDH: ellipticCurve,
  Ed25519: ed25519,
  Ed448: ed448,
  X25519: x25519,
  X448: x448,
  'ML-KEM-512': moduleLattice('ml-kem-512'),
  'ML-KEM-768': moduleLattice('ml-kem-768'),
  'ML-KEM-1024': moduleLattice('ml-kem-1024'),
  'ML-DSA-44': moduleLattice('ml-dsa-44'),
  'ML-DSA-65': moduleLattice('ml-dsa-65'),
  'ML-DSA-87': moduleLattice('ml-dsa-87'),
  'SLH-DSA-SHA2-128s': slhDsa('slh-dsa-sha2-128s'),
  'SLH-DSA-SHA2-128f': slhDsa('slh-dsa-sha2-128f'),
  'SLH-DSA-SHA2-192s': slhDsa('slh-dsa-sha2-192s'),
  'SLH-DSA-SHA2-192f': slhDsa('slh-dsa-sha2-192f'),
  'SLH-DSA-SHA2-256s': slhDsa('slh-dsa-sha2-256s'),
  'SLH-DSA-SHA2-256f': slhDsa('slh-dsa-sha2-256f'),
  'SLH-DSA-SHAKE-128s': slhDsa('slh-dsa-shake-128s'),
  'SLH-DSA-SHAKE-128f': slhDsa('slh-dsa-shake-128f'),
  'SLH-DSA-SHAKE-192s': slhDsa('slh-dsa-shake-192s'),
  'SLH-DSA-SHAKE-192f': slhDsa('slh-dsa-shake-192f'),
  'SLH-DSA-SHAKE-256s': slhDsa('slh-dsa-shake-256s'),
  'SLH-DSA-SHAKE-256f': slhDsa('slh-dsa-shake-256f'),
  'MLKEM768-X25519': mlKem768X25519,
  'MLKEM768-P256': mlKem768P256,
  'MLKEM1024-P384': mlKem1024P384,
  ...compositeSignatures,
});

/** @throws SidecarError `not_supported` */
export function keyFamilyOf({ name, multipurpose }: Pick<KeyAlgorithm, 'name' | 'multipurpose'>): KeyFamily {
  const family = (multipurpose ? multipurposeFamilies : keyFamilies)[name];
  if (family === undefined) throw notSupported(`${multipurpose ? 'general-purpose ' : ''}keys of ${name}`);
  return family;
}
