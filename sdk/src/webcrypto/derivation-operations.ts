import { FerroHsmError } from '../errors.ts';
import type { Algorithm, KeyUsage } from '../generated/types.ts';
import { callNative } from '../local/native-crypto.ts';
import type { AlgorithmIdentifierValue } from './algorithm-name.ts';
import { remoteSlots } from './crypto-key.ts';
import type { KeyCustody } from './key-custody.ts';
import { isRemote, requireUse } from './key-use.ts';
import { type DerivationAlgorithm, normalizeDerivation, normalizeDerivedKey } from './normalization.ts';
import { refusePersistentName } from './persistent-name.ts';
import { isObject, toArrayBuffer } from './web-idl.ts';

export async function deriveBits(
  custody: KeyCustody,
  identifier: AlgorithmIdentifierValue,
  baseKey: CryptoKey,
  length: number | null,
): Promise<unknown> {
  if (!isRemote(baseKey)) return deriveNatively(custody, 'deriveBits', identifier, [baseKey, length]);
  const normalized = normalizeDerivation(identifier);
  requireUse(baseKey, normalized.name, 'deriveBits');
  const key = custody.handle(baseKey);
  const algorithm = await toWire(custody, normalized);
  return toArrayBuffer((await custody.rpc.call('subtle.deriveBits', { algorithm, key, length })).bits);
}

export async function deriveKey(
  custody: KeyCustody,
  identifier: AlgorithmIdentifierValue,
  baseKey: CryptoKey,
  derivedKeyType: AlgorithmIdentifierValue,
  extractable: boolean,
  usages: KeyUsage[],
): Promise<unknown> {
  refusePersistentName(derivedKeyType);
  if (!isRemote(baseKey)) {
    return deriveNatively(custody, 'deriveKey', identifier, [baseKey, derivedKeyType, extractable, usages]);
  }
  const normalized = normalizeDerivation(identifier);
  const derivedKeyAlgorithm = normalizeDerivedKey(derivedKeyType);
  requireUse(baseKey, normalized.name, 'deriveKey');
  const key = custody.handle(baseKey);
  const algorithm = await toWire(custody, normalized);
  const params = { algorithm, key, derivedKeyAlgorithm, extractable, usages };
  return custody.adopt((await custody.rpc.call('subtle.deriveKey', params)).key);
}

/** The other party's key, if it is one of the sidecar, is brought to the native key. */
async function deriveNatively(
  custody: KeyCustody,
  method: 'deriveBits' | 'deriveKey',
  identifier: AlgorithmIdentifierValue,
  rest: readonly unknown[],
): Promise<unknown> {
  if (!hasRemotePeer(identifier)) return callNative(method, [identifier, ...rest]);
  const { public: peer, ...algorithm } = normalizeDerivation(identifier);
  const nativePeer = peer && isRemote(peer) ? await custody.nativeTwin(peer) : peer;
  return callNative(method, [{ ...algorithm, public: nativePeer }, ...rest]);
}

function hasRemotePeer(identifier: AlgorithmIdentifierValue): boolean {
  return isObject(identifier) && remoteSlots((identifier as { public?: unknown }).public) !== undefined;
}

async function toWire(custody: KeyCustody, { public: peer, ...algorithm }: DerivationAlgorithm): Promise<Algorithm> {
  if (peer === undefined) return algorithm;
  if (peer.type !== 'public' || peer.algorithm.name !== algorithm.name) {
    throw new FerroHsmError('access_invalid', `algorithm.public is not a public key for ${algorithm.name}`);
  }
  return { ...algorithm, public: await custody.publicArgument(peer) };
}
