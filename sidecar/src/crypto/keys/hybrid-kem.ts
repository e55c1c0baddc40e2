import { createPublicKey, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto';
import { SidecarError } from '../../errors.ts';
import { table } from '../operations/table.ts';
import { joinAndWipe, joinUnpooled } from '../operations/unpooled.ts';
import { compositePkix } from './composite-pkix.ts';
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
  /** Last arc of the OID of draft-ietf-lamps-pq-composite-kem section 6, under 1.3.6.1.5.5.7.6. */
  readonly arc: number;
  readonly mlKem: 'ml-kem-768' | 'ml-kem-1024';
  readonly encapsulationKeyBytes: number;
  readonly curve: KemCurve;
}

export const mlKem768X25519: KeyFamily = hybridKem({
  arc: 58,
  mlKem: 'ml-kem-768',
  encapsulationKeyBytes: 1184,
  curve: x25519Curve,
});
export const mlKem768P256: KeyFamily = hybridKem({
  arc: 59,
  mlKem: 'ml-kem-768',
  encapsulationKeyBytes: 1184,
  curve: nistCurve('P-256'),
});
export const mlKem1024P384: KeyFamily = hybridKem({
  arc: 63,
  mlKem: 'ml-kem-1024',
  encapsulationKeyBytes: 1568,
  curve: nistCurve('P-384'),
});

/**
 * draft-irtf-cfrg-concrete-hybrid-kems: the private key is a 32-byte seed, the public key both public keys in a row. PKIX
 * has the same public key, but both private keys in a row, which no seed gives: a key from there has none.
 */
function hybridKem(hybrid: HybridKem): KeyFamily {
  const publicKey: KeyCodec = {
    type: 'public',
    encode: (parts) => joinUnpooled(...parts.map((part) => part.export({ format: 'raw-public' }))),
    decode: (bytes) => decodePublic(hybrid, bytes),
  };
  return pairFamily({
    ...kemUsages,
    jwkUse: 'enc',
    storedFormat: 'raw-seed',
    hasStoredFormat: ([, , seed]) => seed !== undefined,
    publicFormat: 'raw-public',
    codecs: table<KeyCodec>({
      'raw-public': publicKey,
      'raw-seed': { type: 'private', encode: exportSeed, decode: (bytes) => expandSeed(hybrid, bytes) },
      ...compositePkix(hybrid.arc, { privateKey: expandedCodec(hybrid), publicKey, publicParts }),
    }),
    async generate() {
      const seed = randomBytes(seedBytes);
      try {
        return expandSeed(hybrid, seed);
      } finally {
        seed.fill(0);
      }
    },
    publicParts,
  });
}

function publicParts([mlKem, classical]: Parts): Parts {
  return [createPublicKey(mlKem as KeyObject), createPublicKey(classical as KeyObject)];
}

function exportSeed([, , seed]: Parts): Buffer {
  if (seed === undefined) throw new SidecarError('operation_failed', 'the key has no seed');
  return seed.export();
}

/** The ML-KEM seed and the classical private key (draft-ietf-lamps-pq-composite-kem section 4). */
function expandedCodec({ mlKem, curve: { component } }: HybridKem): KeyCodec {
  return {
    type: 'private',
    encode: ([postQuantum, classical]) =>
      joinAndWipe(
        (postQuantum as KeyObject).export({ format: 'raw-seed' }),
        component.encodePrivate(classical as KeyObject),
      ),
    decode(bytes) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return [
        rawPrivate('raw-seed', view.subarray(0, mlKemSeedBytes), { asymmetricKeyType: mlKem }),
        component.decodePrivate(view.subarray(mlKemSeedBytes)),
      ];
    },
  };
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
    curve.component.decodePublic(own.subarray(encapsulationKeyBytes)),
  ];
}
