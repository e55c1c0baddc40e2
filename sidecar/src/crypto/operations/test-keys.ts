import { createSecretKey, KeyObject, webcrypto } from 'node:crypto';
import type { KeyAlgorithm, KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';

/** Keys for tests that the runtime's own WebCrypto made: the oracle holds one face, the code under test the other. */
export interface OracleKey {
  readonly native: webcrypto.CryptoKey;
  readonly loaded: LoadedKey;
}

export interface OracleKeyPair {
  readonly privateKey: OracleKey;
  readonly publicKey: OracleKey;
}

type NativeAlgorithm = webcrypto.AlgorithmIdentifier & { readonly name: string };

export async function oracleKeyPair(algorithm: NativeAlgorithm, usages: KeyUsage[]): Promise<OracleKeyPair> {
  const pair = (await webcrypto.subtle.generateKey(algorithm, true, usages as never)) as webcrypto.CryptoKeyPair;
  return { privateKey: oracleKey(pair.privateKey), publicKey: oracleKey(pair.publicKey) };
}

export async function oracleSecret(
  algorithm: NativeAlgorithm,
  usages: KeyUsage[],
  bytes: Uint8Array<ArrayBuffer>,
): Promise<OracleKey> {
  const native = await webcrypto.subtle.importKey('raw-secret' as 'raw', bytes, algorithm, false, usages as never);
  return { native, loaded: loadedKey(native, [createSecretKey(bytes)]) };
}

function oracleKey(native: webcrypto.CryptoKey): OracleKey {
  return { native, loaded: loadedKey(native, [KeyObject.from(native)]) };
}

export function loadedKey(native: webcrypto.CryptoKey, parts: readonly KeyObject[]): LoadedKey {
  const { name, hash, namedCurve, length, modulusLength } = native.algorithm as unknown as NativeKeyAlgorithm;
  const algorithm: KeyAlgorithm = {
    name,
    ...(hash !== undefined && { hash: hash.name }),
    ...(namedCurve !== undefined && { namedCurve }),
    ...(length !== undefined && { length }),
    ...(modulusLength !== undefined && { modulusLength }),
  };
  return {
    type: native.type as LoadedKey['type'],
    algorithm,
    extractable: native.extractable,
    usages: native.usages as KeyUsage[],
    parts,
  };
}

interface NativeKeyAlgorithm extends Omit<KeyAlgorithm, 'hash'> {
  readonly hash?: { readonly name: string };
}

/** A copy with one bit changed. */
export function flipped(bytes: Uint8Array, index: number): Buffer<ArrayBuffer> {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(index) ^ 1, index);
  return copy;
}
