import type { InventoryEntry, KeyRecord, KeyVersion } from '../generated/types.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import type { RotationPolicies } from '../keys/rotation-policies.ts';
import { stateAt } from '../keystore/key-state.ts';
import { strengthOf } from '../policy/algorithm-strength.ts';
import type { Handler } from '../request/context.ts';
import type { MayLook } from './keys.list.ts';

/** What is known of a key beside its record. */
export interface InventorySources {
  readonly keyUsage: Pick<KeyUsage, 'of'>;
  readonly rotationPolicies: Pick<RotationPolicies, 'of'>;
  /** Says whether the caller may learn how often a key was used. */
  readonly mayLookAtUsage: MayLook;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The list of keys, each with what is known of it beside its record. */
export function createInventoryList(
  list: Handler<'keys.list'>,
  { keyUsage, rotationPolicies, mayLookAtUsage, now }: InventorySources,
): Handler<'inventory.list'> {
  return async (params, execution) => {
    const { records, ...place } = await list(params, execution);
    const asOf = now();
    const entries = records.map((record) => {
      const usage = mayLookAtUsage(execution, record) ? keyUsage : undefined;
      const rotation = rotationPolicies.of(record);
      const versions = record.versions.map((version) => factsOf(record, version, usage, asOf));
      return { record, ...(rotation && { rotation }), versions };
    });
    return { entries, asOf, ...place };
  };
}

function factsOf(
  record: KeyRecord,
  version: KeyVersion,
  usage: InventorySources['keyUsage'] | undefined,
  nowMs: number,
): InventoryEntry['versions'][number] {
  const { version: number, algorithm } = version;
  return {
    version: number,
    state: stateAt(record, version, nowMs),
    strength: strengthOf(algorithm),
    ...(usage !== undefined && { usage: { version: number, uses: 0, bytes: 0, ...usage.of(record, number) } }),
  };
}
