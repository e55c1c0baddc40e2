import type { KeyObject } from 'node:crypto';
import { SidecarError } from '../../errors.ts';
import type { Algorithm, KeyAlgorithm, KeyFormat, PublicKey } from '../../generated/types.ts';
import { secretMemory } from '../../secret.ts';
import type { LoadedKey } from '../key.ts';
import { firstPart } from '../operations/key-part.ts';
import type { KeyAttributes } from '../provider.ts';
import { encodeJwk, parseJwk } from './json-web-key.ts';
import type { KeyFamily } from './key-family.ts';
import { fromCryptoKey, type KeyParameter, nativeAlgorithm, nativeSubtle, toCryptoKey } from './native-key.ts';
import type { PartStorage } from './part-storage.ts';
import { notSupported, throughNative } from './refusal.ts';

/** What distinguishes one algorithm of native WebCrypto from another. */
export interface NativeDescriptor {
  /** Members of the algorithm that its keys have. */
  readonly parameters: readonly KeyParameter[];
  readonly storage: PartStorage;
  readonly publicFormat?: PublicKey['format'];
  readonly exportable?: boolean;
  /** What native generation does not refuse but this process should. */
  readonly checkGeneration?: (algorithm: Algorithm) => void;
  /** What native import does not check of a private key. */
  readonly checkPrivate?: (part: KeyObject, format: KeyFormat, data: Uint8Array) => Promise<void> | void;
  /** Reads what native import does not support. */
  readonly importFallback?: (format: KeyFormat, data: Uint8Array) => KeyObject | undefined;
  /** Writes what native export does not. */
  readonly exportFallback?: (format: KeyFormat, part: KeyObject) => Uint8Array | undefined;
  readonly keyLength?: (algorithm: Algorithm) => number | null;
}

/** An algorithm whose keys native WebCrypto makes, reads and writes: its formats, checks and errors are the standard's. */
export function nativeFamily(descriptor: NativeDescriptor): KeyFamily {
  const { parameters, storage, publicFormat = null, exportable = true, keyLength = hasNoKeyLength } = descriptor;
  return Object.freeze({
    publicFormat,
    exportable,
    async generate(algorithm, { extractable, usages }) {
      descriptor.checkGeneration?.(algorithm);
      const native = nativeAlgorithm(algorithm, parameters);
      const made = await throughNative(() => nativeSubtle.generateKey(native, true, usages));
      if (!('privateKey' in made)) return fromCryptoKey(made, extractable);
      return {
        privateKey: fromCryptoKey(made.privateKey, extractable),
        publicKey: fromCryptoKey(made.publicKey, true),
      };
    },
    async import(format, data, algorithm, attributes) {
      // A private copy: the checks below must see what the import saw.
      const own = ownCopy(data);
      try {
        const key = await importNative(descriptor, format, own, algorithm, attributes);
        if (key.type === 'private') await descriptor.checkPrivate?.(firstPart(key), format, own);
        return key;
      } finally {
        own.fill(0);
      }
    },
    async export(format, key) {
      const written = key.type === 'private' ? descriptor.exportFallback?.(format, firstPart(key)) : undefined;
      if (written !== undefined) return written;
      const exported = await throughNative(() => nativeSubtle.exportKey(format, toCryptoKey(key, parameters)));
      return format === 'jwk' ? encodeJwk(exported) : Buffer.from(exported as ArrayBuffer);
    },
    async publicHalf(key, usages) {
      const half = await throughNative(() => nativeSubtle.getPublicKey(toCryptoKey(key, parameters), [...usages]));
      return fromCryptoKey(half, true);
    },
    store: (key) => storage.store(firstPart(key)),
    load: (format, bytes, algorithm) => [storage.load(format, bytes, algorithm)],
    keyLength,
  } satisfies KeyFamily);
}

async function importNative(
  descriptor: NativeDescriptor,
  format: KeyFormat,
  data: Buffer,
  algorithm: Algorithm | KeyAlgorithm,
  { extractable, usages }: KeyAttributes,
): Promise<LoadedKey> {
  const native = nativeAlgorithm(algorithm, descriptor.parameters);
  const keyData = format === 'jwk' ? readJwk(data, extractable) : data;
  try {
    const imported = await throughNative(() => nativeSubtle.importKey(format, keyData, native, true, usages));
    return fromCryptoKey(imported, extractable);
  } catch (refusal) {
    if (!(refusal instanceof SidecarError && refusal.code === 'not_supported')) throw refusal;
    const part = descriptor.importFallback?.(format, data);
    if (part === undefined) throw refusal;
    const imported = await throughNative(() => part.toCryptoKey(native as never, true, [...usages] as never));
    return fromCryptoKey(imported, extractable, part);
  }
}

/** A jwk may say `"ext": false` when the key is not to be extractable; the native key always is. */
function readJwk(data: Uint8Array, extractable: boolean): object {
  const jwk = parseJwk(data);
  if (extractable) return jwk;
  const { ext: _, ...rest } = jwk;
  return rest;
}

function ownCopy(data: Uint8Array): Buffer {
  const own = secretMemory(data.length);
  own.set(data);
  return own;
}

function hasNoKeyLength(algorithm: Algorithm): never {
  throw notSupported(`a derived ${algorithm.name} key`);
}
