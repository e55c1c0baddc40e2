import type { KeyUsage } from '../generated/types.ts';

/** Usages of a pair that belong to its public half (WebCrypto, generateKey of each algorithm). */
const ofPublicHalf: ReadonlySet<string> = new Set([
  'verify',
  'encrypt',
  'wrapKey',
  'encapsulateKey',
  'encapsulateBits',
]);

/** Of the usages of a pair, those of its public half. */
export function publicUsages(usages: readonly KeyUsage[]): KeyUsage[] {
  return usages.filter((usage) => ofPublicHalf.has(usage));
}

/** Of the usages of a pair, those of its private half. */
export function privateUsages(usages: readonly KeyUsage[]): KeyUsage[] {
  return usages.filter((usage) => !ofPublicHalf.has(usage));
}
