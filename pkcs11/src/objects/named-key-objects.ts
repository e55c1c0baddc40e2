import { createPublicKey, type KeyObject } from 'node:crypto';
import type { KeyRecord, KeyVersion } from '@ferrohsm/sdk';
import {
  defaultId,
  type KeyFacts,
  privateKeyAttributes,
  publicKeyAttributes,
  secretKeyAttributes,
} from './key-attributes.ts';
import { keyTypeOf } from './key-types.ts';
import type { HeldKey, TokenObject } from './token-object.ts';

/** Labels of a named key that hold what its template said when PKCS#11 made it. */
export const labelOfLabel = 'pkcs11.label';
export const labelOfId = 'pkcs11.id';

/** What is destroyed, or is about to be, is not shown. */
const gone: readonly string[] = ['destroyed', 'pending-destruction'];

/**
 * The objects of a named key: of each version a secret key, or a private and a public key. The newest version has the name
 * of the key for a label, an older one the name and its number.
 */
export function namedKeyObjects(record: KeyRecord): readonly TokenObject[] {
  const shown = record.versions.filter(({ state, algorithm }) => !gone.includes(state) && keyTypeOf(algorithm));
  const newest = Math.max(...record.versions.map(({ version }) => version));
  return shown.flatMap((version) => objectsOfVersion(record, version, version.version === newest));
}

function objectsOfVersion(record: KeyRecord, version: KeyVersion, isNewest: boolean): readonly TokenObject[] {
  const { algorithm, publicKey } = version;
  const handle = `${record.id}/${version.version}`;
  const key: HeldKey = { handle, id: record.id, algorithm, usages: record.usages };
  const facts = factsOf(record, version, isNewest);
  if (record.type === 'secret') return [secretObject(facts, key)];
  return publicKey?.format === 'spki' ? pairObjects(facts, key, publicKeyOf(publicKey.data)) : [];
}

function factsOf(
  record: KeyRecord,
  { version, algorithm, origin }: KeyVersion,
  isNewest: boolean,
): Omit<KeyFacts, 'identity'> {
  const { [labelOfLabel]: label = record.name, [labelOfId]: id } = record.labels;
  return {
    algorithm,
    usages: record.usages,
    isOnToken: true,
    label: isNewest ? label : `${label}/${version}`,
    id: isNewest && id !== undefined ? Buffer.from(id, 'hex') : defaultId(`${record.id}/${version}`),
    isLocal: origin !== 'imported',
    isExtractable: record.extractable,
  };
}

function secretObject(facts: Omit<KeyFacts, 'identity'>, key: HeldKey): TokenObject {
  const identity = `${key.handle}/secret`;
  return { identity, key, attributes: secretKeyAttributes({ ...facts, identity }, key) };
}

/** Both halves of a key pair. */
export function pairObjects(
  facts: Omit<KeyFacts, 'identity'>,
  key: HeldKey,
  publicKey: KeyObject,
): readonly [privateKey: TokenObject, publicKey: TokenObject] {
  const [ofPrivate, ofPublic] = [`${key.handle}/private`, `${key.handle}/public`];
  return [
    { identity: ofPrivate, key, attributes: privateKeyAttributes({ ...facts, identity: ofPrivate }, key, publicKey) },
    {
      identity: ofPublic,
      publicKey,
      attributes: publicKeyAttributes({ ...facts, identity: ofPublic }, key, publicKey),
    },
  ];
}

export function publicKeyOf(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}
