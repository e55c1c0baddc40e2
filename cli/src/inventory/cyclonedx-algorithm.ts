import { algorithmFacts, type Primitive } from './algorithm-facts.ts';
import { algorithmOid } from './algorithm-oid.ts';
import type { InventoryVersion } from './inventory-key.ts';

const functions: Readonly<Record<Primitive, readonly string[]>> = Object.freeze({
  ae: ['keygen', 'encrypt', 'decrypt'],
  'block-cipher': ['keygen', 'encrypt', 'decrypt'],
  mac: ['keygen', 'tag', 'verify'],
  kdf: ['keyderive'],
  signature: ['keygen', 'sign', 'verify'],
  pke: ['keygen', 'encrypt', 'decrypt'],
  'key-agree': ['keygen', 'keyderive'],
  kem: ['keygen', 'encapsulate', 'decapsulate'],
});

/** Where it is computed: OpenSSL in the sidecar's process, which is no certified module. */
const implementation = { executionEnvironment: 'software-plain-ram', certificationLevel: ['none'] };

/** What every secret is sealed with in the store. */
export const sealingAlgorithm = Object.freeze({
  type: 'cryptographic-asset',
  'bom-ref': 'algorithm/AES-GCM-SIV 256',
  name: 'AES-GCM-SIV 256',
  cryptoProperties: {
    assetType: 'algorithm',
    algorithmProperties: {
      primitive: 'ae',
      parameterSetIdentifier: '256',
      mode: 'other',
      ...implementation,
      cryptoFunctions: functions.ae,
      classicalSecurityLevel: 256,
      nistQuantumSecurityLevel: 5,
    },
  },
});

export function algorithmReference({ algorithmText }: InventoryVersion): string {
  return `algorithm/${algorithmText}`;
}

/** One component for each algorithm with its parameters. */
export function algorithmsOf(versions: readonly InventoryVersion[]): readonly object[] {
  const first = new Map<string, InventoryVersion>();
  for (const version of versions) {
    // The public key of a destroyed version may be gone, and its identifier with it.
    const known = first.get(version.algorithmText);
    if (known?.oid === undefined) first.set(version.algorithmText, version);
  }
  return [...first.values()].map(algorithmComponent);
}

function algorithmComponent(version: InventoryVersion): object {
  const { primitive, ...parameters } = algorithmFacts(version.algorithm);
  const oid = algorithmOid(version.algorithm) ?? version.oid;
  return {
    type: 'cryptographic-asset',
    'bom-ref': algorithmReference(version),
    name: version.algorithmText,
    cryptoProperties: {
      assetType: 'algorithm',
      algorithmProperties: {
        primitive,
        ...parameters,
        ...implementation,
        cryptoFunctions: functions[primitive],
        classicalSecurityLevel: version.securityBits,
        nistQuantumSecurityLevel: category(version),
      },
      ...(oid !== undefined && { oid }),
    },
    properties: [
      { name: 'ferrohsm:hybrid', value: String(version.hybrid) },
      { name: 'ferrohsm:cnsa2', value: String(version.cnsa2) },
    ],
  };
}

/** NIST's categories 1, 3 and 5 are as hard as AES-128, AES-192 and AES-256; ML-DSA-44 is of category 2 (FIPS 204). */
function category({ quantumSafe, securityBits, algorithm }: InventoryVersion): number {
  if (!quantumSafe) return 0;
  if (/^ML-?DSA-?44/.test(algorithm.name)) return 2;
  if (securityBits >= 256) return 5;
  return securityBits >= 192 ? 3 : 1;
}
