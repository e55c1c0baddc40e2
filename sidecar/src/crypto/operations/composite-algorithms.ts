import { constants, type SigningOptions } from 'node:crypto';
import { type Table, table } from './table.ts';

/** One composite ML-DSA algorithm as draft-ietf-lamps-pq-composite-sigs section 6 defines it. */
export interface CompositeAlgorithm {
  /** Last arc of the OID, under 1.3.6.1.5.5.7.6. */
  readonly arc: number;
  /** Not always the name: those of the brainpool curves are shorter. */
  readonly label: string;
  readonly mlDsa: MlDsaSet;
  readonly prehash: Prehash;
  readonly classical: ClassicalScheme;
}

/** FIPS 204 section 4, table 2. */
export interface MlDsaSet {
  readonly asymmetricKeyType: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';
  readonly publicBytes: number;
  readonly signatureBytes: number;
}

/** PH of the draft. */
export interface Prehash {
  /** Name in node:crypto. */
  readonly digest: string;
  readonly bytes: number;
}

interface ClassicalSignature {
  /** Name in node:crypto of the hash that belongs to the scheme; null where it takes none. */
  readonly digest: string | null;
  readonly options: Readonly<SigningOptions>;
}

export interface RsaScheme extends ClassicalSignature {
  readonly kind: 'rsa';
  readonly modulusLength: number;
}

export interface EllipticScheme extends ClassicalSignature {
  readonly kind: 'elliptic';
  readonly namedCurve: string;
}

export interface EdwardsScheme extends ClassicalSignature {
  readonly kind: 'edwards';
  readonly asymmetricKeyType: 'ed25519' | 'ed448';
}

export type ClassicalScheme = RsaScheme | EllipticScheme | EdwardsScheme;

const mlDsa44: MlDsaSet = Object.freeze({ asymmetricKeyType: 'ml-dsa-44', publicBytes: 1312, signatureBytes: 2420 });
const mlDsa65: MlDsaSet = Object.freeze({ asymmetricKeyType: 'ml-dsa-65', publicBytes: 1952, signatureBytes: 3309 });
const mlDsa87: MlDsaSet = Object.freeze({ asymmetricKeyType: 'ml-dsa-87', publicBytes: 2592, signatureBytes: 4627 });

const sha256: Prehash = Object.freeze({ digest: 'sha256', bytes: 32 });
const sha512: Prehash = Object.freeze({ digest: 'sha512', bytes: 64 });
const shake256: Prehash = Object.freeze({ digest: 'shake256', bytes: 64 });

/** RFC 8017 section 8.1; MGF1 uses the same hash. */
function pss(modulusLength: number, digest: string, saltLength: number): RsaScheme {
  const options = Object.freeze({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
  return Object.freeze({ kind: 'rsa', modulusLength, digest, options });
}

/** RFC 8017 section 8.2. */
function pkcs1(modulusLength: number, digest: string): RsaScheme {
  const options = Object.freeze({ padding: constants.RSA_PKCS1_PADDING });
  return Object.freeze({ kind: 'rsa', modulusLength, digest, options });
}

/** FIPS 186-5 section 6; the signature is an Ecdsa-Sig-Value of RFC 3279. */
function ecdsa(namedCurve: string, digest: string): EllipticScheme {
  return Object.freeze({ kind: 'elliptic', namedCurve, digest, options: Object.freeze({ dsaEncoding: 'der' }) });
}

/** RFC 8032, without context. */
function edwards(asymmetricKeyType: EdwardsScheme['asymmetricKeyType']): EdwardsScheme {
  return Object.freeze({ kind: 'edwards', asymmetricKeyType, digest: null, options: Object.freeze({}) });
}

function row(
  arc: number,
  label: string,
  mlDsa: MlDsaSet,
  prehash: Prehash,
  classical: ClassicalScheme,
): CompositeAlgorithm {
  return Object.freeze({ arc, label, mlDsa, prehash, classical });
}

/** Every composite algorithm by its name in the draft without `id-`. */
export const compositeAlgorithms: Table<CompositeAlgorithm> = table({
  'MLDSA44-RSA2048-PSS-SHA256': row(37, 'COMPSIG-MLDSA44-RSA2048-PSS-SHA256', mlDsa44, sha256, pss(2048, 'sha256', 32)),
  'MLDSA44-RSA2048-PKCS15-SHA256': row(
    38,
    'COMPSIG-MLDSA44-RSA2048-PKCS15-SHA256',
    mlDsa44,
    sha256,
    pkcs1(2048, 'sha256'),
  ),
  'MLDSA44-Ed25519-SHA512': row(39, 'COMPSIG-MLDSA44-Ed25519-SHA512', mlDsa44, sha512, edwards('ed25519')),
  'MLDSA44-ECDSA-P256-SHA256': row(40, 'COMPSIG-MLDSA44-ECDSA-P256-SHA256', mlDsa44, sha256, ecdsa('P-256', 'sha256')),
  'MLDSA65-RSA3072-PSS-SHA512': row(41, 'COMPSIG-MLDSA65-RSA3072-PSS-SHA512', mlDsa65, sha512, pss(3072, 'sha256', 32)),
  'MLDSA65-RSA3072-PKCS15-SHA512': row(
    42,
    'COMPSIG-MLDSA65-RSA3072-PKCS15-SHA512',
    mlDsa65,
    sha512,
    pkcs1(3072, 'sha256'),
  ),
  'MLDSA65-RSA4096-PSS-SHA512': row(43, 'COMPSIG-MLDSA65-RSA4096-PSS-SHA512', mlDsa65, sha512, pss(4096, 'sha384', 48)),
  'MLDSA65-RSA4096-PKCS15-SHA512': row(
    44,
    'COMPSIG-MLDSA65-RSA4096-PKCS15-SHA512',
    mlDsa65,
    sha512,
    pkcs1(4096, 'sha384'),
  ),
  'MLDSA65-ECDSA-P256-SHA512': row(45, 'COMPSIG-MLDSA65-ECDSA-P256-SHA512', mlDsa65, sha512, ecdsa('P-256', 'sha256')),
  'MLDSA65-ECDSA-P384-SHA512': row(46, 'COMPSIG-MLDSA65-ECDSA-P384-SHA512', mlDsa65, sha512, ecdsa('P-384', 'sha384')),
  'MLDSA65-ECDSA-brainpoolP256r1-SHA512': row(
    47,
    'COMPSIG-MLDSA65-ECDSA-BP256-SHA512',
    mlDsa65,
    sha512,
    ecdsa('brainpoolP256r1', 'sha256'),
  ),
  'MLDSA65-Ed25519-SHA512': row(48, 'COMPSIG-MLDSA65-Ed25519-SHA512', mlDsa65, sha512, edwards('ed25519')),
  'MLDSA87-ECDSA-P384-SHA512': row(49, 'COMPSIG-MLDSA87-ECDSA-P384-SHA512', mlDsa87, sha512, ecdsa('P-384', 'sha384')),
  'MLDSA87-ECDSA-brainpoolP384r1-SHA512': row(
    50,
    'COMPSIG-MLDSA87-ECDSA-BP384-SHA512',
    mlDsa87,
    sha512,
    ecdsa('brainpoolP384r1', 'sha384'),
  ),
  'MLDSA87-Ed448-SHAKE256': row(51, 'COMPSIG-MLDSA87-Ed448-SHAKE256', mlDsa87, shake256, edwards('ed448')),
  'MLDSA87-RSA3072-PSS-SHA512': row(52, 'COMPSIG-MLDSA87-RSA3072-PSS-SHA512', mlDsa87, sha512, pss(3072, 'sha256', 32)),
  'MLDSA87-RSA4096-PSS-SHA512': row(53, 'COMPSIG-MLDSA87-RSA4096-PSS-SHA512', mlDsa87, sha512, pss(4096, 'sha384', 48)),
  'MLDSA87-ECDSA-P521-SHA512': row(54, 'COMPSIG-MLDSA87-ECDSA-P521-SHA512', mlDsa87, sha512, ecdsa('P-521', 'sha512')),
});
