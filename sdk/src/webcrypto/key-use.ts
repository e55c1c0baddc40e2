import { FerroHsmError } from '../errors.ts';
import type { KeyUsage } from '../generated/types.ts';
import { remoteSlots } from './crypto-key.ts';

export function isRemote(key: CryptoKey): boolean {
  return remoteSlots(key) !== undefined;
}

/** The checks that WebCrypto makes before any operation: the key's algorithm and usages. */
export function requireUse(key: CryptoKey, algorithmName: string, usage: KeyUsage): void {
  const slots = remoteSlots(key);
  const keyAlgorithm = slots?.algorithmName ?? key.algorithm.name;
  if (keyAlgorithm !== algorithmName) {
    throw new FerroHsmError('access_invalid', `a key for ${keyAlgorithm} was given to ${algorithmName}`);
  }
  const usages: ReadonlySet<string> = slots?.usages ?? new Set(key.usages);
  if (!usages.has(usage)) throw new FerroHsmError('access_invalid', `the key has no usage ${usage}`);
}
