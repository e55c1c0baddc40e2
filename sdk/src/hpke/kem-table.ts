import type { HpkeKemName } from './algorithms.ts';
import { dhKem, ecdh } from './dh-kem.ts';
import { hkdfSha256, hkdfSha384, hkdfSha512 } from './hkdf.ts';
import type { Kem } from './kem.ts';
import { nativeKem } from './native-kem.ts';

/** Encapsulated keys: Nenc of RFC 9180 section 7.1 and draft-ietf-hpke-pq section 4. */
export const kems: Readonly<Record<HpkeKemName, Kem>> = Object.freeze({
  'DHKEM(P-256, HKDF-SHA256)': dhKem({ id: 0x0010, algorithm: ecdh('P-256'), encBytes: 65, hkdf: hkdfSha256 }),
  'DHKEM(P-384, HKDF-SHA384)': dhKem({ id: 0x0011, algorithm: ecdh('P-384'), encBytes: 97, hkdf: hkdfSha384 }),
  'DHKEM(P-521, HKDF-SHA512)': dhKem({ id: 0x0012, algorithm: ecdh('P-521'), encBytes: 133, hkdf: hkdfSha512 }),
  'DHKEM(X25519, HKDF-SHA256)': dhKem({ id: 0x0020, algorithm: { name: 'X25519' }, encBytes: 32, hkdf: hkdfSha256 }),
  'DHKEM(X448, HKDF-SHA512)': dhKem({ id: 0x0021, algorithm: { name: 'X448' }, encBytes: 56, hkdf: hkdfSha512 }),
  'ML-KEM-512': nativeKem('ML-KEM-512', 768),
  'ML-KEM-768': nativeKem('ML-KEM-768', 1088),
  'ML-KEM-1024': nativeKem('ML-KEM-1024', 1568),
  'MLKEM768-P256': nativeKem('MLKEM768-P256', 1153),
  'MLKEM768-X25519': nativeKem('MLKEM768-X25519', 1120),
  'MLKEM1024-P384': nativeKem('MLKEM1024-P384', 1665),
});
