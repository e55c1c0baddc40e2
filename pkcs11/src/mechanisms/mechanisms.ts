import { isCarried } from '../codec/carried-mechanisms.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { ProtocolVersion } from '../codec/protocol-version.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import { keyTypeOf } from '../objects/key-types.ts';
import type { HeldKey } from '../objects/token-object.ts';
import { aesMechanisms } from './aes.ts';
import { digestMechanisms } from './digests.ts';
import { ecdhMechanisms } from './ecdh.ts';
import { ecdsaMechanisms } from './ecdsa.ts';
import { eddsaMechanisms } from './eddsa.ts';
import { hmacMechanisms } from './hmac.ts';
import type { Mechanism } from './mechanism.ts';
import { flagsOf } from './mechanism-flags.ts';
import { moduleLatticeMechanisms } from './module-lattice.ts';
import { rsaMechanisms } from './rsa-encryption.ts';
import { rsaPss } from './rsa-pss.ts';
import { slhDsaMechanisms } from './slh-dsa.ts';

/** CK_MECHANISM_INFO. */
export interface MechanismInfo {
  readonly minKeySize: number;
  readonly maxKeySize: number;
  readonly flags: number;
}

/** Every mechanism that is served. */
export const mechanisms: readonly Mechanism[] = [
  ...rsaMechanisms,
  ...rsaPss,
  ...ecdsaMechanisms,
  ...ecdhMechanisms,
  ...eddsaMechanisms,
  ...moduleLatticeMechanisms,
  ...slhDsaMechanisms,
  ...aesMechanisms,
  ...hmacMechanisms,
  ...digestMechanisms,
];

const byType = new Map<CkUlong, Mechanism>(mechanisms.map((mechanism) => [mechanism.type, mechanism]));

/** @throws CryptokiRefusal CKR_MECHANISM_INVALID */
export function mechanismOf(type: CkUlong): Mechanism {
  const mechanism = byType.get(type);
  if (mechanism !== undefined) return mechanism;
  throw new CryptokiRefusal(CKR.MECHANISM_INVALID, `mechanism 0x${type.toString(16)} is not served`);
}

/** What C_GetMechanismList shows: no more than the application's client carries. */
export function mechanismsOffered(version: ProtocolVersion): readonly number[] {
  return mechanisms.map(({ type }) => type).filter((type) => isCarried(type, version));
}

/** @throws CryptokiRefusal CKR_MECHANISM_INVALID */
export function mechanismInfo(type: CkUlong, version: ProtocolVersion): MechanismInfo {
  const mechanism = mechanismOf(type);
  const [minKeySize, maxKeySize] = mechanism.keySizes;
  return { minKeySize, maxKeySize, flags: flagsOf(mechanism, version) };
}

/**
 * What a key may be used with (CKA_ALLOWED_MECHANISMS): all mechanisms of its type for a general-purpose key, for another
 * what its algorithm is.
 */
export function mechanismsOf({ algorithm }: Pick<HeldKey, 'algorithm'>): readonly number[] {
  const { keyType = -1 } = keyTypeOf(algorithm) ?? {};
  const ofType = mechanisms.filter((one) => one.keyTypes.includes(keyType) && one.generates === undefined);
  const allowed = algorithm.multipurpose ? ofType : ofType.filter((one) => isSole(one, algorithm));
  return allowed.map(({ type }) => type);
}

/** A mechanism of any hash serves a key that is bound to one, which is then looked for in the parameter. */
function isSole({ soleAlgorithms }: Mechanism, { name, hash }: HeldKey['algorithm']): boolean {
  return soleAlgorithms.some((sole) => sole.name === name && (sole.hash === undefined || sole.hash === hash));
}
