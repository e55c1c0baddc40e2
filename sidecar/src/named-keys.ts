import type { CryptoProvider } from './crypto/provider.ts';
import type { KeyRecord, KeyVersion } from './generated/types.ts';
import { type KeyOpener, KeyRing } from './keystore/key-ring.ts';
import type { Keystore } from './keystore/keystore.ts';
import type { PolicyResource } from './policy/engine.ts';
import type { HeldKey } from './request/context.ts';
import type { NamedKeys } from './request/locate.ts';

/** Named keys that are kept open at once; about 3 KB each. */
const openKeys = 10_000;

/** The keys of the keystore as operations and policies see them. */
export interface NamedKeyRing extends NamedKeys {
  resourceOf(record: KeyRecord): PolicyResource;
  forget(record: KeyRecord): void;
  clear(): void;
}

export function createNamedKeys(keystore: Keystore, crypto: CryptoProvider): NamedKeyRing {
  const ring = new KeyRing<HeldKey>(keystore, heldKeyOpener(crypto), openKeys);
  return {
    held: (handle) => ring.held(handle),
    forget: (record) => ring.forget(record),
    clear: () => ring.clear(),
    resourceOf: nameResource,
    async resource(nameOrId) {
      const record = await keystore.get(nameOrId);
      return record === undefined ? { type: 'KeyName', id: nameOrId, attributes: {} } : nameResource(record);
    },
  };
}

function heldKeyOpener(crypto: CryptoProvider): KeyOpener<HeldKey> {
  function held(record: KeyRecord, version: KeyVersion, key: HeldKey['key']): HeldKey {
    return {
      scope: 'named',
      key,
      name: record.name,
      state: version.state,
      resource: keyResource(record, version, key.type),
    };
  }
  return {
    secret(record, version, format, secret) {
      const attributes = { extractable: record.extractable, usages: secretUsages(record) };
      return held(record, version, crypto.load(format, secret.bytes, version.algorithm, attributes));
    },
    async public(record, version) {
      const { format, data } = version.publicKey ?? { format: 'spki' as const, data: new Uint8Array() };
      const attributes = { extractable: true, usages: publicUsages(record) };
      return held(record, version, await crypto.importKey(format, data, version.algorithm, attributes));
    },
  };
}

/** Usages of a pair that belong to its public half (WebCrypto, generateKey of each algorithm). */
const ofPublicHalf: ReadonlySet<string> = new Set([
  'verify',
  'encrypt',
  'wrapKey',
  'encapsulateKey',
  'encapsulateBits',
]);

function publicUsages({ usages }: KeyRecord): KeyRecord['usages'] {
  return usages.filter((usage) => ofPublicHalf.has(usage));
}

function secretUsages({ type, usages }: KeyRecord): KeyRecord['usages'] {
  return type === 'secret' ? usages : usages.filter((usage) => !ofPublicHalf.has(usage));
}

function keyResource(record: KeyRecord, version: KeyVersion, keyType: string): PolicyResource {
  const attributes = { ...shared(record), keyType, algorithm: version.algorithm.name, state: version.state };
  return Object.freeze({ type: 'Key', id: `${record.id}/${version.version}`, attributes: Object.freeze(attributes) });
}

function nameResource(record: KeyRecord): PolicyResource {
  const attributes = { ...shared(record), keyType: record.type };
  return Object.freeze({ type: 'KeyName', id: record.name, attributes: Object.freeze(attributes) });
}

function shared({ name, owner, labels, extractable }: KeyRecord) {
  return { scope: 'named', name, owner, labels: Object.freeze({ ...labels }), extractable } as const;
}
