import type { Algorithm } from '../generated/types.ts';
import { findAlgorithm, type Operation } from './algorithm-registry.ts';
import {
  aeadParams,
  aesCbcParams,
  aesCtrParams,
  aesKeyGenParams,
  argon2Params,
  contextParams,
  type Dictionary,
  ecKeyParams,
  hmacKeyGenParams,
  hmacParams,
  pbkdf2Params,
  rsaHashedKeyGenParams,
} from './dictionaries.ts';
import type { DerivationAlgorithm } from './normalization.ts';

type Rule = (algorithm: Algorithm) => boolean;

const aesLengths: readonly unknown[] = [128, 192, 256];
const mostArgon2MemoryKib = 2 ** 20;
const mostArgon2WorkKib = 2 ** 22;
const namedCurves: readonly unknown[] = ['P-256', 'P-384', 'P-521'];

interface AeadRule {
  readonly tagLengths: readonly number[];
  readonly leastIvBytes: number;
  readonly mostIvBytes: number;
}

const aeadRules: Readonly<Record<string, AeadRule>> = {
  'AES-GCM': { tagLengths: [32, 64, 96, 104, 112, 120, 128], leastIvBytes: 0, mostIvBytes: Number.POSITIVE_INFINITY },
  'AES-OCB': { tagLengths: [64, 96, 128], leastIvBytes: 0, mostIvBytes: 15 },
  'ChaCha20-Poly1305': { tagLengths: [128], leastIvBytes: 12, mostIvBytes: 12 },
};

/** What the values of a dictionary must fulfil; the sidecar decides in earnest, these answer `supports()`. */
const rules: ReadonlyMap<Dictionary, Rule> = new Map<Dictionary, Rule>([
  [aesKeyGenParams, ({ length }) => aesLengths.includes(length)],
  [aesCbcParams, ({ iv }) => iv?.length === 16],
  [aesCtrParams, ({ counter, length = 0 }) => counter?.length === 16 && length >= 1 && length <= 128],
  [aeadParams, aeadFits],
  [hmacParams, ({ length }) => length !== 0],
  // WebCrypto does not say how long an HMAC key with SHA-3 is by itself.
  [hmacKeyGenParams, ({ hash, length }) => (length === undefined ? !isSha3(hash) : length !== 0)],
  [rsaHashedKeyGenParams, ({ modulusLength = 0 }) => modulusLength >= 2048 && modulusLength % 8 === 0],
  [ecKeyParams, ({ namedCurve }) => namedCurves.includes(namedCurve)],
  [pbkdf2Params, ({ iterations }) => iterations !== 0],
  [argon2Params, argon2Fits],
  [contextParams, ({ context }) => context === undefined || context.length <= 255],
]);

/** Whether the sidecar would take these parameters of a normalized algorithm. */
export function parametersFit(operation: Operation, algorithm: Algorithm): boolean {
  const dictionary = findAlgorithm(algorithm.name)?.operations[operation];
  const rule = dictionary && rules.get(dictionary);
  return rule === undefined || rule(algorithm);
}

function aeadFits({ name, iv, tagLength = 128 }: Algorithm): boolean {
  const { tagLengths, leastIvBytes, mostIvBytes } = aeadRules[name] as AeadRule;
  const ivBytes = iv?.length ?? 0;
  return tagLengths.includes(tagLength) && ivBytes >= leastIvBytes && ivBytes <= mostIvBytes;
}

function argon2Fits({ nonce, memory = 0, passes = 0, parallelism = 0, version = 0x13 }: Algorithm): boolean {
  if (nonce === undefined || nonce.length < 8 || version !== 0x13 || passes < 1) return false;
  if (parallelism < 1 || parallelism >= 2 ** 24 || memory < 8 * parallelism) return false;
  return memory <= mostArgon2MemoryKib && memory * passes <= mostArgon2WorkKib;
}

export function isSha3(hash = ''): boolean {
  return hash.startsWith('SHA3-');
}

const hashBits: Readonly<Record<string, number>> = {
  'SHA-1': 160,
  'SHA-256': 256,
  'SHA-384': 384,
  'SHA-512': 512,
  'SHA3-256': 256,
  'SHA3-384': 384,
  'SHA3-512': 512,
};
const agreementBits: Readonly<Record<string, number>> = {
  'P-256': 256,
  'P-384': 384,
  'P-521': 528,
  X25519: 256,
  X448: 448,
};

/** Whether a derivation can give so many bits; null means the natural length, which only a key agreement has. */
export function derivedLengthFits({ name, hash, public: peer }: DerivationAlgorithm, length: number | null): boolean {
  if (peer !== undefined) {
    const { namedCurve } = peer.algorithm as EcKeyAlgorithm;
    return (
      peer.type === 'public' &&
      peer.algorithm.name === name &&
      (length ?? 0) <= (agreementBits[namedCurve ?? name] ?? 0)
    );
  }
  if (length === null || length % 8 !== 0) return false;
  if (name.startsWith('Argon2')) return length >= 32;
  // RFC 5869 section 2.3: at most 255 blocks.
  return name !== 'HKDF' || length <= 255 * (hashBits[hash ?? ''] ?? 0);
}
