import { createPublicKey, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto';
import { table } from '../operations/table.ts';
import { joinUnpooled } from '../operations/unpooled.ts';
import { type KemCurve, nistCurve, x25519Curve } from './kem-curve.ts';
import type { KeyFamily } from './key-family.ts';
import { pairFamily } from './pair-family.ts';
import { type KeyCodec, kemUsages, type Parts } from './pair-scheme.ts';
import { rawPrivate, rawPublic } from './part-storage.ts';
import { dataInvalid } from './refusal.ts';

const seedBytes = 32;
/** d and z (FIPS 203 section 7.1). */
const mlKemSeedBytes = 64;

interface HybridKem {
  readonly mlKem: 'ml-kem-768' | 'ml-kem-1024';
  readonly encapsulationKeyBytes: number;
  readonly curve: KemCurve;
}

export const mlKem768X25519: KeyFamily = hybridKem({
  mlKem: 'ml-kem-768',
  encapsulationKeyBytes: 1184,
  curve: x25519Curve,
});
export const mlKem768P256: KeyFamily = hybridKem({
  mlKem: 'ml-kem-768',
  encapsulationKeyBytes: 1184,
  curve: nistCurve('P-256'),
});
export const mlKem1024P384: KeyFamily = hybridKem({
  mlKem: 'ml-kem-1024',
  encapsulationKeyBytes: 1568,
  curve: nistCurve('P-384'),
});

/** draft-irtf-cfrg-concrete-hybrid-kems: the private key is a 32-byte seed, the public key both public keys in a row. */
function hybridKem(hybrid: HybridKem): KeyFamily {
  return pairFamily({
    ...kemUsages,
    jwkUse: 'enc',
    storedFormat: 'raw-seed',
    codecs: table<KeyCodec>({
      'raw-public': {
        type: 'public',
        encode: (parts) => joinUnpooled(...parts.map((part) => part.export({ format: 'raw-public' }))),
        decode: (bytes) => decodePublic(hybrid, bytes),
      },
      'raw-seed': {
        type: 'private',
        encode: ([, , seed]) => (seed as KeyObject).export(),
        decode: (bytes) => expandSeed(hybrid, bytes),
      },
    }),
    async generate() {
      const seed = randomBytes(seedBytes);
      try {
        return expandSeed(hybrid, seed);
      } finally {
        seed.fill(0);
      }
    },
    publicParts: ([mlKem, classical]) => [createPublicKey(mlKem as KeyObject), createPublicKey(classical as KeyObject)],
  });
}

/** SHAKE256(seed) is the ML-KEM seed followed by the seed of the classical key. */
function expandSeed({ mlKem, curve }: HybridKem, seed: Uint8Array): Parts {
  if (seed.length !== seedBytes) throw dataInvalid(`a seed of ${seed.length} bytes`);
  const outputLength = mlKemSeedBytes + curve.seedBytes;
  const expanded = hash('shake256', seed, { outputEncoding: 'buffer', outputLength });
  try {
    return [
      rawPrivate('raw-seed', expanded.subarray(0, mlKemSeedBytes), { asymmetricKeyType: mlKem }),
      curve.privateKey(expanded.subarray(mlKemSeedBytes)),
      createSecretKey(seed),
    ];
  } finally {
    expanded.fill(0);
  }
}

function decodePublic({ mlKem, encapsulationKeyBytes, curve }: HybridKem, bytes: Uint8Array): Parts {
  if (bytes.length !== encapsulationKeyBytes + curve.publicBytes) throw dataInvalid(`a key of ${bytes.length} bytes`);
  const own = Buffer.from(bytes);
  return [
    rawPublic(own.subarray(0, encapsulationKeyBytes), { asymmetricKeyType: mlKem }),
    curve.publicKey(own.subarray(encapsulationKeyBytes)),
  ];
}
