import type { Secret } from '../secret.ts';
import { canonicalBytes } from './canonical-json.ts';
import { corruption } from './corruption.ts';
import type { Sealing } from './sealing.ts';

/** Which key a key is sealed under. */
export interface KekPlace {
  /** Generation of the key that seals. */
  readonly under: number;
  /** Generation of the key that is sealed. */
  readonly of: number;
}

/** The KEK comes from both, so that erasing the generation secret makes every copy of its rows unreadable. */
export function deriveKek(sealing: Sealing, rootKey: Secret, generationSecret: Secret, generation: number): Secret {
  return sealing.derive(rootKey, generationSecret.bytes, `ferrohsm/kek/v1/${generation}`, 32);
}

/** @returns base64url */
export function sealKek(sealing: Sealing, under: Secret, kek: Secret, place: KekPlace): string {
  return sealing.seal(under, kek.bytes, placeData(place)).toString('base64url');
}

/** @throws SidecarError `keystore_corrupt` */
export function openKek(sealing: Sealing, under: Secret, sealed: string, place: KekPlace): Secret {
  try {
    return sealing.open(under, Buffer.from(sealed, 'base64url'), placeData(place));
  } catch (cause) {
    throw corruption('the key of the earlier generation does not open', cause);
  }
}

function placeData({ under, of }: KekPlace): Buffer {
  return canonicalBytes({ purpose: 'ferrohsm/earlier-kek/v1', under, of });
}
