import { FerroHsmError } from '../errors.ts';
import type { KeyUsage, PublicKey } from '../generated/types.ts';
import { remoteSlots } from './crypto-key.ts';
import type { KeyCustody } from './key-custody.ts';

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

/** A public key that the runtime does not know, but may be used in this process; undefined when it is to be remote. */
export function publicKeyHere(custody: KeyCustody, key: CryptoKey): PublicKey | undefined {
  return custody.publicKeys === 'local' ? remoteSlots(key)?.publicKey : undefined;
}
