import type { KeyAlgorithm } from '@ferrohsm/sdk/node';

const aesArc = '2.16.840.1.101.3.4.1';

/** NIST's arc of AES: the last number by mode and length. */
const aesNumbers: Readonly<Record<string, Readonly<Record<number, number>>>> = Object.freeze({
  'AES-CBC': { 128: 2, 192: 22, 256: 42 },
  'AES-KW': { 128: 5, 192: 25, 256: 45 },
  'AES-GCM': { 128: 6, 192: 26, 256: 46 },
});

/** RFC 8018 appendix B.1.2, and NIST's arc of hash functions for SHA-3. */
const hmacOids: Readonly<Record<string, string>> = Object.freeze({
  'SHA-1': '1.2.840.113549.2.7',
  'SHA-256': '1.2.840.113549.2.9',
  'SHA-384': '1.2.840.113549.2.10',
  'SHA-512': '1.2.840.113549.2.11',
  'SHA3-256': '2.16.840.1.101.3.4.2.14',
  'SHA3-384': '2.16.840.1.101.3.4.2.15',
  'SHA3-512': '2.16.840.1.101.3.4.2.16',
});

/** RFC 8017 appendix A.2, and NIST's arc of signatures for SHA-3. */
const pkcs1Oids: Readonly<Record<string, string>> = Object.freeze({
  'SHA-1': '1.2.840.113549.1.1.5',
  'SHA-256': '1.2.840.113549.1.1.11',
  'SHA-384': '1.2.840.113549.1.1.12',
  'SHA-512': '1.2.840.113549.1.1.13',
  'SHA3-256': '2.16.840.1.101.3.4.3.14',
  'SHA3-384': '2.16.840.1.101.3.4.3.15',
  'SHA3-512': '2.16.840.1.101.3.4.3.16',
});

/** RSA: RFC 8017. Hybrid KEMs: draft-ietf-lamps-pq-composite-kem, whose public keys are theirs to the byte. */
const byName: Readonly<Record<string, string>> = Object.freeze({
  'RSA-PSS': '1.2.840.113549.1.1.10',
  'RSA-OAEP': '1.2.840.113549.1.1.7',
  'ChaCha20-Poly1305': '1.2.840.113549.1.9.16.3.18',
  KMAC128: '2.16.840.1.101.3.4.2.19',
  KMAC256: '2.16.840.1.101.3.4.2.20',
  'MLKEM768-X25519': '1.3.6.1.5.5.7.6.58',
  'MLKEM768-P256': '1.3.6.1.5.5.7.6.59',
  'MLKEM1024-P384': '1.3.6.1.5.5.7.6.63',
});

/**
 * Object identifier of an algorithm whose public keys, if there are any, do not say it; undefined for the others and
 * for what has none.
 */
export function algorithmOid({ name, length = 256, hash = '' }: KeyAlgorithm): string | undefined {
  const aesNumber = aesNumbers[name]?.[length];
  if (aesNumber !== undefined) return `${aesArc}.${aesNumber}`;
  if (name === 'HMAC') return hmacOids[hash];
  if (name === 'RSASSA-PKCS1-v1_5') return pkcs1Oids[hash];
  return byName[name];
}
