import type { FerroHsm, InventoryListParams, InventoryListResult } from '@ferrohsm/sdk/node';
import type { Callers } from './callers.ts';
import { type InventoryKey, inventoryKey } from './inventory-key.ts';
import { type InventorySummary, summaryOf } from './summary.ts';

/** All named keys that somebody may see, judged at one time. */
export interface Inventory {
  /** Milliseconds since 1970, by the sidecar. */
  readonly asOf: number;
  readonly summary: InventorySummary;
  /** In the order of their names. */
  readonly keys: readonly InventoryKey[];
}

/** Which keys an inventory is about. */
export type InventorySelection = Pick<InventoryListParams, 'prefix' | 'labels'>;

const pageKeys = 500;

/**
 * Reads page by page, so that no answer grows with the number of keys.
 *
 * @param callers who used keys, where that is known
 */
export async function takeInventory(
  sidecar: FerroHsm,
  selection: InventorySelection,
  callers?: Callers,
): Promise<Inventory> {
  const keys: InventoryKey[] = [];
  let asOf = 0;
  let cursor: string | undefined;
  do {
    const place = { ...selection, limit: pageKeys, ...(cursor !== undefined && { cursor }) };
    const page: InventoryListResult = await sidecar.keys.inventory(place);
    asOf = page.asOf;
    for (const entry of page.entries) keys.push(inventoryKey(entry, asOf, callers));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { asOf, summary: summaryOf(keys), keys };
}
