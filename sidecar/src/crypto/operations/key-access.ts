import { SidecarError } from '../../errors.ts';
import type { Algorithm, KeyType, KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { serves } from './purposes.ts';

/** What an operation needs of its key. */
export interface KeyDemand {
  readonly usage: KeyUsage;
  readonly type: KeyType;
}

/**
 * The checks before each operation, in WebCrypto's order: algorithm, usage, type.
 *
 * @throws SidecarError `access_invalid`
 */
export function requireAccess(algorithm: Algorithm, key: LoadedKey, { usage, type }: KeyDemand): void {
  requireUse(algorithm, key, usage);
  if (key.type !== type) throw refused(`a ${key.type} key where a ${type} key is needed`);
}

function requireUse(algorithm: Algorithm, key: LoadedKey, usage: KeyUsage): void {
  if (!serves(key.algorithm, algorithm.name)) throw refused(`a ${key.algorithm.name} key with ${algorithm.name}`);
  if (!key.usages.includes(usage)) throw refused(`usage ${usage}`);
}

/**
 * The checks of the other party's key (WebCrypto "Derive Bits" of ECDH and X25519).
 *
 * @throws SidecarError `type_invalid` when there is none, `access_invalid` when it does not fit
 */
export function requirePeer({ name }: Algorithm, key: LoadedKey, peer: LoadedKey | undefined): LoadedKey {
  if (peer === undefined) throw new SidecarError('type_invalid', 'algorithm.public is missing');
  if (peer.type !== 'public') throw refused(`a ${peer.type} key as public key of the other party`);
  if (!serves(peer.algorithm, name)) throw refused(`a ${peer.algorithm.name} public key`);
  if (peer.algorithm.namedCurve !== key.algorithm.namedCurve) {
    throw refused(`a public key on ${peer.algorithm.namedCurve}`);
  }
  return peer;
}

function refused(detail: string): SidecarError {
  return new SidecarError('access_invalid', detail);
}
