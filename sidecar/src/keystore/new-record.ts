import { randomBytes } from 'node:crypto';
import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeyVersion } from '../generated/types.ts';
import type { KeyMaterial, NewKey, NewKeyVersion } from './contract.ts';
import { stateAt } from './key-state.ts';

/** Every change of a key seals all of its versions anew. */
const mostVersions = 1000;

/** The record of a key that is about to be stored. */
export function newRecord(key: NewKey, now: number): KeyRecord {
  const { name, owner, type, description, expiresAt, rotation, origin, state = 'active' } = key;
  return {
    ...{ id: `key_${randomBytes(16).toString('base64url')}`, name, owner, type },
    extractable: false,
    usages: [...key.usages],
    labels: { ...key.labels },
    createdAt: now,
    updatedAt: now,
    revision: 1,
    ...(description !== undefined && description !== '' && { description }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(rotation !== undefined && { rotation }),
    versions: [{ ...newVersion(1, key, state, now), ...(origin !== undefined && { origin }) }],
  };
}

/**
 * The record with one more version. Versions that are in use go on for the overlap and are deactivated then.
 *
 * @throws SidecarError `key_state` for a key of which nothing is in use any more, or what `added.requireWanted` throws
 */
export function withVersion(record: KeyRecord, added: NewKeyVersion, now: number): KeyRecord {
  added.requireWanted?.(record);
  const isInUse = (version: KeyVersion) => ['active', 'suspended'].includes(stateAt(record, version, now));
  if (!record.versions.some(isInUse)) {
    throw new SidecarError('key_state', `${record.name} has no version in use: make a new key`);
  }
  if (record.versions.length >= mostVersions) {
    throw new SidecarError('key_state', `${record.name} has ${mostVersions} versions: make a new key`);
  }
  const { reason, copyOf, origin, overlapMs } = added;
  const [first, ...others] = record.versions.map((version) =>
    isInUse(version) ? ending(version, now + overlapMs, now) : version,
  );
  const version = {
    ...newVersion(record.versions.length + 1, added, 'active', now),
    ...(reason !== undefined && { reason }),
    ...(copyOf !== undefined && { copyOf }),
    ...(origin !== undefined && { origin }),
  };
  return { ...record, versions: [first as KeyVersion, ...others, version] };
}

function ending(version: KeyVersion, endsAt: number, now: number): KeyVersion {
  if (endsAt <= now) return { ...version, state: 'deactivated', since: now, endedAt: now };
  return { ...version, endsAt: Math.min(endsAt, version.endsAt ?? endsAt) };
}

function newVersion(version: number, material: KeyMaterial, state: KeyVersion['state'], now: number): KeyVersion {
  const { algorithm, publicKey } = material;
  return { version, state, algorithm: { ...algorithm }, createdAt: now, ...(publicKey && { publicKey }) };
}
