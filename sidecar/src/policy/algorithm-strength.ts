import type { Algorithm, AlgorithmStrength, KeyAlgorithm } from '../generated/types.ts';

type Rule = (algorithm: Algorithm | KeyAlgorithm) => AlgorithmStrength;

const unknown = strength(0, {});

// SP 800-57 part 1 rev. 5, table 2, column IFC: the smallest modulus of each strength. A modulus between two rows has
// the strength of the lower one.
const rsaSteps = Object.freeze([
  [15360, 256],
  [7680, 192],
  [3072, 128],
  [2048, 112],
  [1024, 80],
] as const);

// SP 800-57 part 1 rev. 5, table 3, digital signatures: half the digest. SHA-1 has no such strength: RFC 8017's
// schemes over it cost 2^63 (chosen-prefix collision, 2020). The hash is part of an RSA key, not of an EC key, nor of a
// general-purpose key: whoever uses those chooses it.
const signedHashBits: ReadonlyMap<string, number> = new Map([
  ['SHA-1', 63],
  ['SHA-256', 128],
  ['SHA-384', 192],
  ['SHA-512', 256],
  ['SHA3-256', 128],
  ['SHA3-384', 192],
  ['SHA3-512', 256],
]);

// SP 800-57 part 1 rev. 5, table 3, column HMAC: a longer key adds nothing.
const keyedHashBits: ReadonlyMap<string, number> = new Map([
  ['SHA-1', 128],
  ['SHA-256', 256],
  ['SHA-384', 256],
  ['SHA-512', 256],
  ['SHA3-256', 256],
  ['SHA3-384', 256],
  ['SHA3-512', 256],
]);

// CNSA 2.0 names SHA-384 and SHA-512; SHA-3 only inside hardware.
const cnsaHashes: ReadonlySet<string> = new Set(['SHA-384', 'SHA-512']);

// SP 800-57 part 1 rev. 5, table 2, column ECC.
const curves: ReadonlyMap<string, AlgorithmStrength> = new Map([
  ['P-256', strength(128, {})],
  ['P-384', strength(192, {})],
  ['P-521', strength(256, {})],
]);

const aesSizes: ReadonlyMap<number, AlgorithmStrength> = new Map([
  [128, strength(128, { quantumSafe: true })],
  [192, strength(192, { quantumSafe: true })],
  [256, strength(256, { quantumSafe: true })],
]);
const aes256 = strength(256, { quantumSafe: true, cnsa2: true });

// The key of a derivation function is an input of any size, a password even: its strength is nobody's to tell here, and
// the keys that come out are judged themselves. Floors let it pass; CNSA 2.0 lets pass what can run on SHA-384.
const derivation = constant(strength(256, { quantumSafe: true, cnsa2: true }));
const foreignDerivation = constant(strength(256, { quantumSafe: true }));

// NIST's categories 1 and 2, 3, 5 are as hard as AES-128, AES-192, AES-256. An attacker must break both parts of a
// hybrid, so the stronger part counts: the post-quantum one in all of them.
const postQuantum = (bits: number) => constant(strength(bits, { quantumSafe: true }));
const hybrid = (bits: number) => constant(strength(bits, { quantumSafe: true, hybrid: true }));
const cnsaPostQuantum = constant(strength(256, { quantumSafe: true, cnsa2: true }));

const symmetricRules: readonly (readonly [string, Rule])[] = [
  ['AES-GCM', aes],
  ['AES-CBC', aes],
  ['AES-CTR', aes],
  ['AES-KW', aes],
  // No mode of SP 800-38.
  ['AES-OCB', ({ length = 256 }) => aesSizes.get(length) ?? unknown],
  ['ChaCha20-Poly1305', constant(strength(256, { quantumSafe: true }))],
  ['HMAC', hmac],
  ['KMAC128', ({ length = 128 }) => symmetric(Math.min(length, 128))],
  ['KMAC256', ({ length = 256 }) => symmetric(Math.min(length, 256))],
  ['HKDF', derivation],
  ['PBKDF2', derivation],
  ['Argon2d', foreignDerivation],
  ['Argon2i', foreignDerivation],
  ['Argon2id', foreignDerivation],
];

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...symmetricRules,
  ['RSASSA-PKCS1-v1_5', rsaSignature],
  ['RSA-PSS', rsaSignature],
  // Collisions of its hash are of no use to an attacker.
  ['RSA-OAEP', ({ modulusLength }) => strength(rsaBits(modulusLength), {})],
  ['ECDSA', ellipticCurve],
  ['ECDH', ellipticCurve],
  // SP 800-186 section 3.2.3: about 128 and 224 bits.
  ['Ed25519', constant(strength(128, {}))],
  ['X25519', constant(strength(128, {}))],
  ['Ed448', constant(strength(224, {}))],
  ['X448', constant(strength(224, {}))],
  // FIPS 203 section 8: categories 1, 3 and 5.
  ['ML-KEM-512', postQuantum(128)],
  ['ML-KEM-768', postQuantum(192)],
  ['ML-KEM-1024', cnsaPostQuantum],
  // FIPS 204 section 4, table 1: categories 2, 3 and 5.
  ['ML-DSA-44', postQuantum(128)],
  ['ML-DSA-65', postQuantum(192)],
  ['ML-DSA-87', cnsaPostQuantum],
  // FIPS 205 section 11, table 2: categories 1, 3 and 5. Of hash-based signatures CNSA 2.0 lists only LMS and XMSS.
  ...each(slhDsaNames('128'), postQuantum(128)),
  ...each(slhDsaNames('192'), postQuantum(192)),
  ...each(slhDsaNames('256'), postQuantum(256)),
  // CNSA 2.0 lists neither hybrids nor composites.
  ['MLKEM768-X25519', hybrid(192)],
  ['MLKEM768-P256', hybrid(192)],
  ['MLKEM1024-P384', hybrid(256)],
  ...each(
    [
      'MLDSA44-RSA2048-PSS-SHA256',
      'MLDSA44-RSA2048-PKCS15-SHA256',
      'MLDSA44-Ed25519-SHA512',
      'MLDSA44-ECDSA-P256-SHA256',
    ],
    hybrid(128),
  ),
  ...each(
    [
      'MLDSA65-RSA3072-PSS-SHA512',
      'MLDSA65-RSA3072-PKCS15-SHA512',
      'MLDSA65-RSA4096-PSS-SHA512',
      'MLDSA65-RSA4096-PKCS15-SHA512',
      'MLDSA65-ECDSA-P256-SHA512',
      'MLDSA65-ECDSA-P384-SHA512',
      'MLDSA65-ECDSA-brainpoolP256r1-SHA512',
      'MLDSA65-Ed25519-SHA512',
    ],
    hybrid(192),
  ),
  ...each(
    [
      'MLDSA87-ECDSA-P384-SHA512',
      'MLDSA87-ECDSA-brainpoolP384r1-SHA512',
      'MLDSA87-Ed448-SHAKE256',
      'MLDSA87-RSA3072-PSS-SHA512',
      'MLDSA87-RSA4096-PSS-SHA512',
      'MLDSA87-ECDSA-P521-SHA512',
    ],
    hybrid(256),
  ),
]);

/** The algorithms of secret keys, those of derivation functions included. */
export const symmetricAlgorithms: readonly string[] = Object.freeze(symmetricRules.map(([name]) => name));

/**
 * How strong the keys of an algorithm are. What this table does not know has 0 bits and is nothing, so that every
 * floor refuses it.
 *
 * An import may leave the size open (AES, HMAC, KMAC, RSA): it counts as the largest that the algorithm allows, or as
 * what generation would choose. The key that it yields has a size and is judged by that at each use.
 *
 * @example strengthOf({ name: 'ML-KEM-1024' }) // { securityBits: 256, quantumSafe: true, hybrid: false, cnsa2: true }
 */
export function strengthOf(algorithm: Algorithm | KeyAlgorithm): AlgorithmStrength {
  return rules.get(algorithm.name)?.(algorithm) ?? unknown;
}

function strength(
  securityBits: number,
  { quantumSafe = false, hybrid = false, cnsa2 = false }: Partial<AlgorithmStrength>,
): AlgorithmStrength {
  return Object.freeze({ securityBits, quantumSafe, hybrid, cnsa2 });
}

function constant(descriptor: AlgorithmStrength): Rule {
  return () => descriptor;
}

function each(names: readonly string[], rule: Rule): readonly (readonly [string, Rule])[] {
  return names.map((name) => [name, rule]);
}

function slhDsaNames(bits: string): readonly string[] {
  return ['SHA2', 'SHAKE'].flatMap((hash) => [`SLH-DSA-${hash}-${bits}s`, `SLH-DSA-${hash}-${bits}f`]);
}

function symmetric(securityBits: number, cnsa2 = false): AlgorithmStrength {
  return strength(securityBits, { quantumSafe: securityBits >= 128, cnsa2 });
}

function aes({ length = 256 }: Algorithm | KeyAlgorithm): AlgorithmStrength {
  return length === 256 ? aes256 : (aesSizes.get(length) ?? unknown);
}

/** Without a length the key is as long as the hash's block, longer than any strength here. */
function hmac({ hash = '', length = 1024, multipurpose }: Algorithm | KeyAlgorithm): AlgorithmStrength {
  if (multipurpose) return symmetric(Math.min(length, 256));
  const bits = Math.min(length, keyedHashBits.get(hash) ?? 0);
  return symmetric(bits, cnsaHashes.has(hash) && bits === 256);
}

function rsaSignature({ hash = '', modulusLength, multipurpose }: Algorithm | KeyAlgorithm): AlgorithmStrength {
  const hashBits = multipurpose ? Number.POSITIVE_INFINITY : (signedHashBits.get(hash) ?? 0);
  return strength(Math.min(rsaBits(modulusLength), hashBits), {});
}

function rsaBits(modulusLength = 15360): number {
  return rsaSteps.find(([smallest]) => modulusLength >= smallest)?.[1] ?? 0;
}

function ellipticCurve({ namedCurve = '' }: Algorithm | KeyAlgorithm): AlgorithmStrength {
  return curves.get(namedCurve) ?? unknown;
}
