import type { InventoryEntry, KeyRecord, KeyState, VersionUsage } from '@ferrohsm/sdk/node';
import { type InventoryKey, inventoryKey } from './inventory-key.ts';

export const day = 86_400_000;
/** The time of the sidecar in these tests. */
export const asOf = 1_000 * day;

export interface TestVersion {
  readonly state?: KeyState;
  readonly name?: string;
  readonly securityBits?: number;
  readonly quantumSafe?: boolean;
  readonly cnsa2?: boolean;
  readonly ageDays?: number;
  readonly usage?: Omit<VersionUsage, 'version'>;
}

/** A key as the sidecar would tell of it: ECDSA, or ML-DSA-87 where the version says so. */
export function testKey(record: Partial<KeyRecord>, versions: readonly TestVersion[] = [{}]): InventoryKey {
  return inventoryKey(entryOf(record, versions), asOf);
}

function entryOf(record: Partial<KeyRecord>, versions: readonly TestVersion[]): InventoryEntry {
  const name = record.name ?? 'a';
  const created = versions.map(({ ageDays = 1, name: algorithm = 'ECDSA', state = 'active' }, index) => ({
    ...{ version: index + 1, state, createdAt: asOf - ageDays * day },
    algorithm: { name: algorithm, ...(algorithm === 'ECDSA' && { namedCurve: 'P-256' }) },
  }));
  const facts = versions.map(
    ({ state = 'active', securityBits = 128, quantumSafe = false, cnsa2 = false, usage }, index) => ({
      ...{ version: index + 1, state, strength: { securityBits, quantumSafe, cnsa2, hybrid: false } },
      ...(usage && { usage: { ...usage, version: index + 1 } }),
    }),
  );
  const times = { createdAt: asOf - 300 * day, updatedAt: asOf, revision: 1 };
  const base = { id: `key_${name}`, name, owner: 'owner', type: 'private', extractable: false, labels: {} } as const;
  const whole = { ...base, ...times, usages: ['sign'], versions: created, ...record } as unknown as KeyRecord;
  return { record: whole, ...rotationOf(whole), versions: facts };
}

function rotationOf({ rotation: schedule, versions }: KeyRecord): Pick<InventoryEntry, 'rotation'> {
  const { state, createdAt = 0 } = versions.at(-1) ?? {};
  if (schedule === undefined) return {};
  const { everySeconds } = schedule;
  const dueAt = state === 'active' && everySeconds !== undefined && { dueAt: createdAt + everySeconds * 1000 };
  return { rotation: { schedule, policies: {}, ...dueAt } };
}
