import type { Algorithm } from '../generated/types.ts';
import { findAlgorithm, type Operation } from './algorithm-registry.ts';
import {
  aeadParams,
  aesCbcParams,
  aesCtrParams,
  aesKeyGenParams,
  contextParams,
  type Dictionary,
  ecKeyParams,
  hmacParams,
  pbkdf2Params,
  rsaHashedKeyGenParams,
} from './dictionaries.ts';
import type { DerivationAlgorithm } from './normalization.ts';

type Rule = (algorithm: Algorithm) => boolean;

const aesLengths: readonly unknown[] = [128, 192, 256];
const tagLengths: readonly unknown[] = [32, 64, 96, 104, 112, 120, 128];
const namedCurves: readonly unknown[] = ['P-256', 'P-384', 'P-521'];

/** What the values of a dictionary must fulfil; the sidecar decides in earnest, these answer `supports()`. */
const rules: ReadonlyMap<Dictionary, Rule> = new Map<Dictionary, Rule>([
  [aesKeyGenParams, ({ length }) => aesLengths.includes(length)],
  [aesCbcParams, ({ iv }) => iv?.length === 16],
  [aesCtrParams, ({ counter, length = 0 }) => counter?.length === 16 && length >= 1 && length <= 128],
  [aeadParams, ({ tagLength = 128 }) => tagLengths.includes(tagLength)],
  [hmacParams, ({ length }) => length !== 0],
  [rsaHashedKeyGenParams, ({ modulusLength = 0 }) => modulusLength >= 2048 && modulusLength % 8 === 0],
  [ecKeyParams, ({ namedCurve }) => namedCurves.includes(namedCurve)],
  [pbkdf2Params, ({ iterations }) => iterations !== 0],
  [contextParams, ({ context }) => context === undefined || context.length <= 255],
]);

/** Whether the sidecar would take these parameters of a normalized algorithm. */
export function parametersFit(operation: Operation, algorithm: Algorithm): boolean {
  const dictionary = findAlgorithm(algorithm.name)?.operations[operation];
  const rule = dictionary && rules.get(dictionary);
  return rule === undefined || rule(algorithm);
}

const hashBits: Readonly<Record<string, number>> = { 'SHA-1': 160, 'SHA-256': 256, 'SHA-384': 384, 'SHA-512': 512 };
const agreementBits: Readonly<Record<string, number>> = { 'P-256': 256, 'P-384': 384, 'P-521': 528, X25519: 256 };

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
  // RFC 5869 section 2.3: at most 255 blocks.
  return name !== 'HKDF' || length <= 255 * (hashBits[hash ?? ''] ?? 0);
}
