import type { KeyAlgorithm, KeyFormat, KeyUsage, PublicKey } from '../generated/types.ts';
import { callNative } from './native-crypto.ts';

/** What a native import of a public key needs. */
export interface PublicKeyImport {
  readonly format: KeyFormat;
  readonly data: Uint8Array | JsonWebKey;
  readonly algorithm: Pick<KeyAlgorithm, 'name' | 'hash' | 'namedCurve'>;
  readonly extractable: boolean;
  readonly usages: readonly KeyUsage[];
}

/** How to make an extractable twin of a public key that was imported here as not extractable. */
const twins = new WeakMap<CryptoKey, () => Promise<CryptoKey>>();

/**
 * Imports a public key into the runtime.
 *
 * @returns undefined where the runtime lacks the algorithm, the format or a usage
 * @throws DOMException when the runtime knows all of them and refuses the data
 */
export async function importPublicKey(source: PublicKeyImport): Promise<CryptoKey | undefined> {
  const { format, data, algorithm, extractable, usages } = source;
  try {
    const key = (await callNative('importKey', [format, data, algorithm, extractable, usages])) as CryptoKey;
    if (!extractable) twins.set(key, () => importTwin(source));
    return key;
  } catch (error) {
    // A runtime that does not know the name of a format or usage answers TypeError.
    if (error instanceof TypeError || (error as Error).name === 'NotSupportedError') return undefined;
    throw error;
  }
}

async function importTwin({ format, data, algorithm, usages }: PublicKeyImport): Promise<CryptoKey> {
  return (await callNative('importKey', [format, data, algorithm, true, usages])) as CryptoKey;
}

/**
 * The bytes of a native public key.
 *
 * @returns undefined for a key that is not extractable and was not imported through this module
 */
export async function exportPublicKey(key: CryptoKey, format: PublicKey['format']): Promise<PublicKey | undefined> {
  const exportable = key.extractable ? key : await twins.get(key)?.();
  if (exportable === undefined) return undefined;
  return { format, data: new Uint8Array((await callNative('exportKey', [format, exportable])) as ArrayBuffer) };
}
