import type { KeyAlgorithm } from '@ferrohsm/sdk/node';

/** What CycloneDX calls a primitive, as far as keys here are of it. */
export type Primitive = 'ae' | 'block-cipher' | 'mac' | 'kdf' | 'signature' | 'pke' | 'key-agree' | 'kem';

/** What an algorithm is, in the words of CycloneDX 1.6. */
export interface AlgorithmFacts {
  readonly primitive: Primitive;
  readonly mode?: 'cbc' | 'gcm' | 'ctr' | 'other';
  readonly padding?: 'pkcs1v15' | 'oaep' | 'other';
  readonly curve?: string;
  readonly parameterSetIdentifier?: string;
}

type Describe = (algorithm: KeyAlgorithm) => AlgorithmFacts;

const aes =
  (primitive: Primitive, mode: AlgorithmFacts['mode']): Describe =>
  ({ length = 256 }) => ({ primitive, ...(mode && { mode }), parameterSetIdentifier: String(length) });

const rsa =
  (primitive: Primitive, padding: AlgorithmFacts['padding']): Describe =>
  ({ modulusLength }) => ({
    primitive,
    ...(padding && { padding }),
    ...(modulusLength !== undefined && { parameterSetIdentifier: String(modulusLength) }),
  });

const hashed =
  (primitive: Primitive): Describe =>
  ({ hash }) => ({ primitive, ...(hash !== undefined && { parameterSetIdentifier: hash }) });

const onCurve =
  (primitive: Primitive): Describe =>
  ({ namedCurve }) => ({ primitive, ...(namedCurve !== undefined && { curve: namedCurve }) });

const fixed = (facts: AlgorithmFacts): Describe => {
  const frozen = Object.freeze(facts);
  return () => frozen;
};

const byName: ReadonlyMap<string, Describe> = new Map<string, Describe>([
  ['AES-GCM', aes('ae', 'gcm')],
  ['AES-OCB', aes('ae', 'other')],
  ['AES-CBC', aes('block-cipher', 'cbc')],
  ['AES-CTR', aes('block-cipher', 'ctr')],
  ['AES-KW', aes('block-cipher', 'other')],
  ['ChaCha20-Poly1305', fixed({ primitive: 'ae', parameterSetIdentifier: '256' })],
  ['HMAC', hashed('mac')],
  ['KMAC128', fixed({ primitive: 'mac', parameterSetIdentifier: '128' })],
  ['KMAC256', fixed({ primitive: 'mac', parameterSetIdentifier: '256' })],
  ['RSASSA-PKCS1-v1_5', rsa('signature', 'pkcs1v15')],
  ['RSA-PSS', rsa('signature', 'other')],
  ['RSA-OAEP', rsa('pke', 'oaep')],
  ['ECDSA', onCurve('signature')],
  ['ECDH', onCurve('key-agree')],
  ['Ed25519', fixed({ primitive: 'signature', curve: 'Ed25519' })],
  ['Ed448', fixed({ primitive: 'signature', curve: 'Ed448' })],
  ['X25519', fixed({ primitive: 'key-agree', curve: 'Curve25519' })],
  ['X448', fixed({ primitive: 'key-agree', curve: 'Curve448' })],
]);

/** Families whose parameters are in the name: the rest of it is the parameter set. */
const byPrefix: readonly (readonly [string, Primitive])[] = Object.freeze([
  ['ML-KEM-', 'kem'],
  ['ML-DSA-', 'signature'],
  ['SLH-DSA-', 'signature'],
  // Hybrid KEMs and composite signatures: the parts are the parameter set.
  ['MLKEM', 'kem'],
  ['MLDSA', 'signature'],
]);

const derivation: Describe = hashed('kdf');

export function algorithmFacts(algorithm: KeyAlgorithm): AlgorithmFacts {
  const describe = byName.get(algorithm.name);
  if (describe !== undefined) return describe(algorithm);
  const [prefix = '', primitive] = byPrefix.find(([start]) => algorithm.name.startsWith(start)) ?? [];
  if (primitive === undefined) return derivation(algorithm);
  return { primitive, parameterSetIdentifier: algorithm.name.slice(prefix.length) };
}

const cnsa2Targets: Readonly<Record<Primitive, string>> = Object.freeze({
  ae: 'AES-GCM 256',
  'block-cipher': 'AES-GCM 256',
  mac: 'HMAC SHA-384',
  kdf: 'HKDF SHA-384',
  signature: 'ML-DSA-87',
  pke: 'ML-KEM-1024',
  'key-agree': 'ML-KEM-1024',
  kem: 'ML-KEM-1024',
});

const keptModes: ReadonlySet<string> = new Set(['AES-CBC', 'AES-CTR', 'AES-KW']);

/** What CNSA 2.0 has in place of an algorithm that it does not list. */
export function cnsa2Target(algorithm: KeyAlgorithm): string {
  if (keptModes.has(algorithm.name)) return `${algorithm.name} 256`;
  return cnsa2Targets[algorithmFacts(algorithm).primitive];
}
