import type { CryptoProvider } from '../crypto/provider.ts';
import type { KeyRecord, KeyVersion, RotationSchedule } from '../generated/types.ts';
import { keyEtag } from '../key-etag.ts';
import { currentVersion } from '../keystore/key-due.ts';
import { type KeyOpener, KeyRing, type KeyRingStatistics } from '../keystore/key-ring.ts';
import { endOf } from '../keystore/key-state.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { attributesOf } from '../policy/algorithm-attributes.ts';
import type { PolicyResource } from '../policy/engine.ts';
import type { HeldKey } from '../request/context.ts';
import type { NamedKeys } from '../request/locate.ts';
import { privateUsages, publicUsages } from './key-halves.ts';
import { MissedNames } from './missed-names.ts';

/** Named keys that are kept open at once; about 3 KB each. */
const openKeys = 10_000;

/** The keys of the keystore as operations and policies see them. */
export interface NamedKeyRing extends NamedKeys {
  resourceOf(record: KeyRecord): PolicyResource;
  forget(record: KeyRecord): void;
  /** Whether requests that are under way may have been decided about the key's name when there was no such key. */
  wasMissed(record: KeyRecord): boolean;
  clear(): void;
  /** How often keys were open already. */
  readonly statistics: KeyRingStatistics;
}

/** Who may use a key beside its owner. */
export interface KeyUsers {
  readonly usedBy: readonly string[];
  readonly usedByGroups: readonly string[];
}

/** What is known of keys beside their records. */
export interface KeySurroundings {
  /** The users of a key, sorted. */
  readonly usersOf: (keyId: string) => KeyUsers;
  /** What rotates a key. */
  readonly scheduleOf: (record: KeyRecord) => RotationSchedule | undefined;
}

export function createNamedKeys(
  keystore: Keystore,
  crypto: CryptoProvider,
  surroundings: KeySurroundings,
  now: () => number,
): NamedKeyRing {
  const ring = new KeyRing<HeldKey>(keystore, heldKeyOpener(crypto, surroundings), openKeys);
  const missed = new MissedNames();
  const resourceOf = (record: KeyRecord) => nameResource(record, surroundings.usersOf(record.id));
  return {
    held: (handle) => ring.held(handle),
    forget: (record) => ring.forget(record),
    wasMissed: ({ name }) => missed.take(name),
    clear: () => ring.clear(),
    get statistics() {
      return ring.statistics;
    },
    resourceOf,
    async named(nameOrId) {
      const record = await keystore.get(nameOrId);
      if (record === undefined) {
        missed.add(nameOrId);
        return { resource: { type: 'KeyName', id: nameOrId, attributes: {} }, etag: '' };
      }
      const algorithms = record.versions.map(({ algorithm }) => algorithm);
      return { resource: resourceOf(record), etag: keyEtag(record), algorithms };
    },
    async handle(nameOrId, version) {
      const record = await keystore.get(nameOrId);
      if (record === undefined) return undefined;
      return `${record.id}/${version ?? preferredVersion(record, now())}`;
    },
  };
}

/** The one that signs and encrypts, or the newest where none does. */
function preferredVersion(record: KeyRecord, nowMs: number): number {
  return currentVersion(record, nowMs)?.version ?? record.versions.length;
}

function heldKeyOpener(crypto: CryptoProvider, { usersOf, scheduleOf }: KeySurroundings): KeyOpener<HeldKey> {
  function held(record: KeyRecord, version: KeyVersion, key: HeldKey['key']): HeldKey {
    return {
      scope: 'named',
      key,
      name: record.name,
      state: version.state,
      endsAt: endOf(record, version),
      minimumVersions: record.minimumVersions,
      rotation: scheduleOf(record),
      pairUsages: record.usages,
      version: version.version,
      etag: keyEtag(record),
      resource: keyResource(record, version, key.type, usersOf(record.id)),
    };
  }
  return {
    secret(record, version, format, secret) {
      const attributes = { extractable: record.extractable, usages: secretUsages(record) };
      return held(record, version, crypto.load(format, secret.bytes, version.algorithm, attributes));
    },
    async public(record, version) {
      const { format, data } = version.publicKey ?? { format: 'spki' as const, data: new Uint8Array() };
      const attributes = { extractable: true, usages: publicUsages(record.usages) };
      return held(record, version, await crypto.importKey(format, data, version.algorithm, attributes));
    },
  };
}

function secretUsages({ type, usages }: KeyRecord): KeyRecord['usages'] {
  return type === 'secret' ? usages : privateUsages(usages);
}

function keyResource(record: KeyRecord, version: KeyVersion, keyType: string, users: KeyUsers): PolicyResource {
  const { algorithm, state } = version;
  const attributes = { ...shared(record, users), keyType, state, ...attributesOf(algorithm) };
  return Object.freeze({ type: 'Key', id: `${record.id}/${version.version}`, attributes: Object.freeze(attributes) });
}

function nameResource(record: KeyRecord, users: KeyUsers): PolicyResource {
  const attributes = { ...shared(record, users), keyType: record.type };
  return Object.freeze({ type: 'KeyName', id: record.name, attributes: Object.freeze(attributes) });
}

function shared({ name, owner, labels, extractable }: KeyRecord, { usedBy, usedByGroups }: KeyUsers) {
  const { environment } = labels;
  return {
    scope: 'named',
    name,
    owner,
    labels: Object.freeze({ ...labels }),
    extractable,
    usedBy: Object.freeze([...usedBy]) as readonly string[],
    usedByGroups: Object.freeze([...usedByGroups]) as readonly string[],
    ...(environment !== undefined && { environment }),
  } as const;
}
