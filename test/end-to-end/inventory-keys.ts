import type { KeyCreation } from '@ferrohsm/sdk/node';

/** What is published of an algorithm: strength in bits, NIST's category, CNSA 2.0, and the object identifier of it. */
export interface PublishedFacts {
  readonly algorithm: KeyCreation['algorithm'];
  readonly usages: KeyCreation['usages'];
  readonly primitive: string;
  readonly bits: number;
  readonly category: number;
  readonly cnsa2?: true;
  readonly oid: string | undefined;
}

const publicExponent = new Uint8Array([1, 0, 1]);
const sign = ['sign', 'verify'] as const;
const encrypt = ['encrypt', 'decrypt'] as const;
const agree = ['deriveBits'] as const;
const encapsulate = ['encapsulateBits', 'decapsulateBits'] as const;
const nist = '2.16.840.1.101.3.4';
const lamps = '1.3.6.1.5.5.7.6';

/** One key of each family, by its name. */
export const publishedKeys: Readonly<Record<string, PublishedFacts>> = {
  'aes-cbc': row({ name: 'AES-CBC', length: 192 }, encrypt, 'block-cipher', 192, 3, `${nist}.1.22`),
  'aes-ctr': row({ name: 'AES-CTR', length: 256 }, encrypt, 'block-cipher', 256, 5, undefined, true),
  'aes-gcm': row({ name: 'AES-GCM', length: 256 }, encrypt, 'ae', 256, 5, `${nist}.1.46`, true),
  'aes-kw': row({ name: 'AES-KW', length: 128 }, ['wrapKey', 'unwrapKey'], 'block-cipher', 128, 1, `${nist}.1.5`),
  'aes-ocb': row({ name: 'AES-OCB', length: 256 }, encrypt, 'ae', 256, 5, undefined),
  chacha: row('ChaCha20-Poly1305', encrypt, 'ae', 256, 5, '1.2.840.113549.1.9.16.3.18'),
  composite: row('MLDSA65-Ed25519-SHA512', sign, 'signature', 192, 3, `${lamps}.48`),
  ecdh: row({ name: 'ECDH', namedCurve: 'P-384' }, agree, 'key-agree', 192, 0, '1.2.840.10045.2.1'),
  ecdsa: row({ name: 'ECDSA', namedCurve: 'P-256' }, sign, 'signature', 128, 0, '1.2.840.10045.2.1'),
  ed25519: row('Ed25519', sign, 'signature', 128, 0, '1.3.101.112'),
  ed448: row('Ed448', sign, 'signature', 224, 0, '1.3.101.113'),
  hmac: row({ name: 'HMAC', hash: 'SHA-384' }, sign, 'mac', 256, 5, '1.2.840.113549.2.10', true),
  hybrid: row('MLKEM768-X25519', encapsulate, 'kem', 192, 3, `${lamps}.58`),
  kmac: row('KMAC128', sign, 'mac', 128, 1, `${nist}.2.19`),
  'ml-dsa-44': row('ML-DSA-44', sign, 'signature', 128, 2, `${nist}.3.17`),
  'ml-dsa-87': row('ML-DSA-87', sign, 'signature', 256, 5, `${nist}.3.19`, true),
  'ml-kem': row('ML-KEM-768', encapsulate, 'kem', 192, 3, `${nist}.4.2`),
  'rsa-oaep': row(rsa('RSA-OAEP', 2048, 'SHA-256'), encrypt, 'pke', 112, 0, '1.2.840.113549.1.1.7'),
  'rsa-pkcs1': row(rsa('RSASSA-PKCS1-v1_5', 2048, 'SHA-512'), sign, 'signature', 112, 0, '1.2.840.113549.1.1.13'),
  'rsa-pss': row(rsa('RSA-PSS', 2048, 'SHA-256'), sign, 'signature', 112, 0, '1.2.840.113549.1.1.10'),
  'slh-dsa': row('SLH-DSA-SHA2-128f', sign, 'signature', 128, 1, `${nist}.3.21`),
  'weak-hmac': row({ name: 'HMAC', hash: 'SHA-1', length: 80 }, sign, 'mac', 80, 0, '1.2.840.113549.2.7'),
  x25519: row('X25519', agree, 'key-agree', 128, 0, '1.3.101.110'),
  x448: row('X448', agree, 'key-agree', 224, 0, '1.3.101.111'),
};

function row(
  algorithm: PublishedFacts['algorithm'],
  usages: PublishedFacts['usages'],
  primitive: string,
  bits: number,
  category: number,
  oid: string | undefined,
  cnsa2?: true,
): PublishedFacts {
  return { algorithm, usages, primitive, bits, category, oid, ...(cnsa2 && { cnsa2 }) };
}

function rsa(name: string, modulusLength: number, hash: string) {
  return { name, modulusLength, hash, publicExponent };
}
