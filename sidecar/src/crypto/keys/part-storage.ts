import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { KeyAlgorithm } from '../../generated/types.ts';
import type { StoredKey } from '../provider.ts';
import { decoding, notSupported } from './refusal.ts';

/** How one KeyObject is stored and loaded: synchronous, no check beyond the decoder's, for sealed rows of our own. */
export interface PartStorage {
  store(part: KeyObject): StoredKey;
  load(format: string, bytes: Uint8Array, algorithm: KeyAlgorithm): KeyObject;
}

type Loader = (key: Buffer, algorithm: KeyAlgorithm) => KeyObject;

/** Options of a raw key beside bytes and format. */
export interface RawKeyType {
  readonly asymmetricKeyType: string;
  readonly namedCurve?: string;
}

/** Reads a raw key; Node's types list neither all key types nor all formats. */
export function rawPrivate(format: 'raw-private' | 'raw-seed', key: Buffer, type: RawKeyType): KeyObject {
  return createPrivateKey({ key, format, ...type } as never);
}

export function rawPublic(key: Buffer, type: RawKeyType): KeyObject {
  return createPublicKey({ key, format: 'raw-public', ...type } as never);
}

export const secretStorage: PartStorage = partStorage((part) => ({ format: 'raw', bytes: part.export() }), {
  raw: (key) => createSecretKey(key),
});

const spki: Loader = (key) => createPublicKey({ key, format: 'der', type: 'spki' });
const pkcs8: Loader = (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' });

export const pkcs8Storage: PartStorage = partStorage(storePkcs8, { pkcs8, spki });

/** A scalar (EC, zero-padded to the length of the order) or an RFC 8032 / RFC 7748 private key. */
export function rawPrivateStorage(typeOf: (algorithm: KeyAlgorithm) => RawKeyType): PartStorage {
  return partStorage((part) => ({ format: 'raw-private', bytes: part.export({ format: 'raw-private' }) }), {
    'raw-private': (key, algorithm) => rawPrivate('raw-private', key, typeOf(algorithm)),
    spki,
  });
}

/** The seed, or PKCS#8 for a key that came without one. */
export function seedStorage(asymmetricKeyType: string): PartStorage {
  return partStorage(
    (part) => {
      const bytes = seedOf(part);
      return bytes === undefined ? storePkcs8(part) : { format: 'raw-seed', bytes };
    },
    { 'raw-seed': (key) => rawPrivate('raw-seed', key, { asymmetricKeyType }), pkcs8, spki },
  );
}

/** The seed of an ML-KEM or ML-DSA key; undefined for one that was imported expanded. */
export function seedOf(part: KeyObject): Buffer | undefined {
  try {
    return part.export({ format: 'raw-seed' });
  } catch {
    return undefined;
  }
}

function storePkcs8(part: KeyObject): StoredKey {
  return { format: 'pkcs8', bytes: part.export({ format: 'der', type: 'pkcs8' }) };
}

function partStorage(store: (part: KeyObject) => StoredKey, loaders: Readonly<Record<string, Loader>>): PartStorage {
  return Object.freeze({
    store(part) {
      return part.type === 'public'
        ? { format: 'spki', bytes: part.export({ format: 'der', type: 'spki' }) }
        : store(part);
    },
    load(format, bytes, algorithm) {
      const loader = Object.hasOwn(loaders, format) ? loaders[format] : undefined;
      if (loader === undefined) throw notSupported(`a stored ${algorithm.name} key in ${format}`);
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return decoding(`stored ${algorithm.name} key`, () => loader(view, algorithm));
    },
  } satisfies PartStorage);
}
