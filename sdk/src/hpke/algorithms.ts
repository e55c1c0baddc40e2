import { FerroHsmError } from '../errors.ts';

export type HpkeKemName =
  | 'DHKEM(P-256, HKDF-SHA256)'
  | 'DHKEM(P-384, HKDF-SHA384)'
  | 'DHKEM(P-521, HKDF-SHA512)'
  | 'DHKEM(X25519, HKDF-SHA256)'
  | 'DHKEM(X448, HKDF-SHA512)'
  | 'ML-KEM-512'
  | 'ML-KEM-768'
  | 'ML-KEM-1024'
  | 'MLKEM768-P256'
  | 'MLKEM768-X25519'
  | 'MLKEM1024-P384';

export type HpkeKdfName =
  | 'HKDF-SHA256'
  | 'HKDF-SHA384'
  | 'HKDF-SHA512'
  | 'SHAKE128'
  | 'SHAKE256'
  | 'TurboSHAKE128'
  | 'TurboSHAKE256';

export type HpkeAeadName = 'AES-128-GCM' | 'AES-256-GCM' | 'ChaCha20Poly1305' | 'Export-only';

/** Names of IANA's HPKE registries (RFC 9180 section 7) and of draft-ietf-hpke-pq. */
export interface HpkeSuite {
  readonly kem: HpkeKemName;
  readonly kdf: HpkeKdfName;
  readonly aead: HpkeAeadName;
}

/** Numbers of the same registries. */
export interface HpkeSuiteIds {
  readonly kem: number;
  readonly kdf: number;
  readonly aead: number;
}

export const kemIds: Readonly<Record<HpkeKemName, number>> = Object.freeze({
  'DHKEM(P-256, HKDF-SHA256)': 0x0010,
  'DHKEM(P-384, HKDF-SHA384)': 0x0011,
  'DHKEM(P-521, HKDF-SHA512)': 0x0012,
  'DHKEM(X25519, HKDF-SHA256)': 0x0020,
  'DHKEM(X448, HKDF-SHA512)': 0x0021,
  'ML-KEM-512': 0x0040,
  'ML-KEM-768': 0x0041,
  'ML-KEM-1024': 0x0042,
  'MLKEM768-P256': 0x0050,
  'MLKEM1024-P384': 0x0051,
  'MLKEM768-X25519': 0x647a,
});

export const kdfIds: Readonly<Record<HpkeKdfName, number>> = Object.freeze({
  'HKDF-SHA256': 0x0001,
  'HKDF-SHA384': 0x0002,
  'HKDF-SHA512': 0x0003,
  SHAKE128: 0x0010,
  SHAKE256: 0x0011,
  TurboSHAKE128: 0x0012,
  TurboSHAKE256: 0x0013,
});

export const aeadIds: Readonly<Record<HpkeAeadName, number>> = Object.freeze({
  'AES-128-GCM': 0x0001,
  'AES-256-GCM': 0x0002,
  ChaCha20Poly1305: 0x0003,
  'Export-only': 0xffff,
});

/**
 * The suite of three numbers, as protocols carry them.
 *
 * @throws {@link FerroHsmError} `not_supported` for a number that is not in the tables
 * @example hpkeSuiteOf({ kem: 0x647a, kdf: 0x0011, aead: 0x0002 }); // MLKEM768-X25519, SHAKE256, AES-256-GCM
 */
export function hpkeSuiteOf({ kem, kdf, aead }: HpkeSuiteIds): HpkeSuite {
  return Object.freeze({
    kem: nameOf(kemIds, kem, 'kem'),
    kdf: nameOf(kdfIds, kdf, 'kdf'),
    aead: nameOf(aeadIds, aead, 'aead'),
  });
}

/**
 * The numbers of a suite.
 *
 * @throws {@link FerroHsmError} `not_supported` for a name that is not in the tables
 */
export function hpkeSuiteIds({ kem, kdf, aead }: HpkeSuite): HpkeSuiteIds {
  return Object.freeze({
    kem: idOf(kemIds, kem, 'kem'),
    kdf: idOf(kdfIds, kdf, 'kdf'),
    aead: idOf(aeadIds, aead, 'aead'),
  });
}

function nameOf<Name extends string>(ids: Readonly<Record<Name, number>>, id: number, what: string): Name {
  const found = (Object.keys(ids) as Name[]).find((name) => ids[name] === id);
  if (found === undefined) throw new FerroHsmError('not_supported', `hpke ${what} ${id}`);
  return found;
}

function idOf<Name extends string>(ids: Readonly<Record<Name, number>>, name: Name, what: string): number {
  if (!Object.hasOwn(ids, name)) throw new FerroHsmError('not_supported', `hpke ${what} ${name}`);
  return ids[name];
}
