import type { KeyState } from '@ferrohsm/sdk/node';
import { isoTime } from '../named-key.ts';
import { algorithmReference, sealingAlgorithm } from './cyclonedx-algorithm.ts';
import type { InventoryKey, InventoryVersion } from './inventory-key.ts';

interface Property {
  readonly name: string;
  readonly value: string;
}

export function keyReference({ id }: InventoryKey, { version }: InventoryVersion): string {
  return `${id}/${version}`;
}

/** One version of a key. Its public half is not given: whoever reads this learns nothing to use. */
export function keyComponent(key: InventoryKey, version: InventoryVersion): object {
  const { name, description, type } = key;
  return {
    type: 'cryptographic-asset',
    'bom-ref': keyReference(key, version),
    name,
    version: String(version.version),
    ...(description && { description }),
    cryptoProperties: {
      assetType: 'related-crypto-material',
      relatedCryptoMaterialProperties: {
        type: type === 'secret' ? 'secret-key' : 'private-key',
        id: keyReference(key, version),
        state: stateWord(version.state),
        algorithmRef: algorithmReference(version),
        ...dates(version),
        ...sizeOf(version),
        securedBy: { mechanism: 'Software', algorithmRef: sealingAlgorithm['bom-ref'] },
      },
      ...(version.oid !== undefined && { oid: version.oid }),
    },
    properties: propertiesOf(key, version),
  };
}

/** CycloneDX has the states of SP 800-57 alone; the exact one is a property. */
function stateWord(state: KeyState): Exclude<KeyState, 'pending-destruction'> {
  return state === 'pending-destruction' ? 'deactivated' : state;
}

/** When an earlier state began is not kept, so only what is active has a date of activation: the last one. */
function dates({ createdAt, since, endsAt, state }: InventoryVersion): object {
  return {
    creationDate: isoTime(createdAt),
    ...(state === 'active' && { activationDate: isoTime(since ?? createdAt) }),
    ...(since !== undefined && { updateDate: isoTime(since) }),
    ...(endsAt !== undefined && { expirationDate: isoTime(endsAt) }),
  };
}

function sizeOf({ algorithm: { modulusLength, length } }: InventoryVersion): object {
  const size = modulusLength ?? length;
  return size === undefined ? {} : { size };
}

function propertiesOf(key: InventoryKey, version: InventoryVersion): readonly Property[] {
  const { owner, extractable, usages, labels, rotation = {}, findings, callers = [] } = key;
  const { state, imported, uses, bytes, usedAt } = version;
  return [
    property('owner', owner),
    property('state', state),
    property('extractable', extractable),
    property('imported', imported),
    ...usages.map((usage) => property('usage', usage)),
    ...Object.entries(labels).map(([name, value]) => property(`label:${name}`, value)),
    ...Object.entries(rotation).map(([name, value]) => property(`rotation:${name}`, value)),
    ...findings.map((finding) => property('finding', finding)),
    ...callers.map((caller) => property('caller', caller)),
    ...known('uses', uses),
    ...known('bytes', bytes),
    ...known('usedAt', usedAt === undefined ? undefined : isoTime(usedAt)),
  ];
}

function property(name: string, value: string | number | boolean): Property {
  return { name: `ferrohsm:${name}`, value: String(value) };
}

function known(name: string, value: string | number | undefined): readonly Property[] {
  return value === undefined ? [] : [property(name, value)];
}
