import type { KeyAlgorithm, KeyRecord, KeyVersion, PublicKey } from '../generated/types.ts';
import type { Canonical } from './canonical-json.ts';
import type { Binding } from './envelope.ts';

/** A record as it is stored: JSON, the public keys in base64url. */
export interface StoredRecord extends Omit<KeyRecord, 'versions'> {
  readonly versions: readonly StoredKeyVersion[];
}

interface StoredKeyVersion extends Omit<KeyVersion, 'publicKey'> {
  readonly publicKey?: { readonly format: PublicKey['format']; readonly data: string };
}

/** A record in a form that has one encoding. */
export function canonicalRecord(record: KeyRecord): Canonical {
  return { ...attributes(record), versions: record.versions.map(canonicalVersion) };
}

/** The record back from its stored form, which must be proven already. */
export function recordOf(stored: StoredRecord): KeyRecord {
  const [first, ...others] = stored.versions.map(versionOf);
  if (first === undefined) throw new TypeError('a record has at least one version');
  return { ...stored, versions: [first, ...others] };
}

/** What the sealed secret of one version belongs to: all attributes of the key, the version, and the format. */
export function versionBinding(record: KeyRecord, version: KeyVersion, format: string): Binding {
  return {
    fixed: {
      id: record.id,
      type: record.type,
      version: version.version,
      algorithm: canonicalAlgorithm(version.algorithm),
      createdAt: version.createdAt,
      format,
    },
    full: { key: attributes(record), version: canonicalVersion(version), format },
  };
}

/** Members that are absent have no encoding at all, so that a record of before they existed keeps its seal. */
function attributes(record: KeyRecord): { readonly [member: string]: Canonical } {
  const { id, name, owner, type, extractable, createdAt, updatedAt, revision } = record;
  const { description, expiresAt, minimumVersions, rotation, retention } = record;
  return {
    ...{ id, name, owner, type, extractable, createdAt, updatedAt, revision },
    usages: [...record.usages],
    labels: { ...record.labels },
    ...present({ description, expiresAt }),
    ...(minimumVersions && { minimumVersions: present(minimumVersions) }),
    ...(rotation && { rotation: present(rotation) }),
    ...(retention && { retention: present(retention) }),
  };
}

function canonicalVersion({ publicKey, algorithm, ...version }: KeyVersion): Canonical {
  const plain = { ...present(version), algorithm: canonicalAlgorithm(algorithm) };
  if (publicKey === undefined) return plain;
  const data = Buffer.from(publicKey.data).toString('base64url');
  return { ...plain, publicKey: { format: publicKey.format, data } };
}

function present(members: object): { readonly [member: string]: Canonical } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function versionOf({ publicKey, ...plain }: StoredKeyVersion): KeyVersion {
  if (publicKey === undefined) return plain;
  const data = new Uint8Array(Buffer.from(publicKey.data, 'base64url'));
  return { ...plain, publicKey: { format: publicKey.format, data } };
}

function canonicalAlgorithm(algorithm: KeyAlgorithm): Canonical {
  return { ...algorithm };
}
