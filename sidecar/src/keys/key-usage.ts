import type { KeyRecord, RotationSchedule } from '../generated/types.ts';
import { createUsageCounters, type Usage, type UsageStore } from '../usage/counters.ts';

/** How often keys are used, and which of them are due for a new version for it. */
export interface KeyUsage {
  /** Counts one use of the version `key_<id>/<version>`. */
  count(handle: string, bytes: number, rotation: RotationSchedule | undefined): void;
  of(record: KeyRecord, version: number): Usage | undefined;
  /** Ids of keys whose newest version reached a limit since the last call. */
  takeDue(): readonly string[];
  /** Writes down what was counted. */
  flush(): void;
  close(): void;
}

/** @param now milliseconds since 1970 */
export function createKeyUsage(store: UsageStore, now: () => number): KeyUsage {
  const counters = createUsageCounters(store, now);
  const due = new Set<string>();
  return {
    count(handle, bytes, rotation) {
      const usage = counters.count(handle, bytes);
      if (rotation !== undefined && reaches(usage, rotation)) due.add(handle.slice(0, handle.indexOf('/')));
    },
    of: ({ id }, version) => counters.of(`${id}/${version}`),
    takeDue() {
      const ids = [...due];
      due.clear();
      return ids;
    },
    flush: counters.flush,
    close: counters.close,
  };
}

/** Whether a version was used as much as its schedule lets it. */
export function reaches({ uses, bytes }: Usage, { afterUses, afterBytes }: RotationSchedule): boolean {
  return uses >= (afterUses ?? Number.POSITIVE_INFINITY) || bytes >= (afterBytes ?? Number.POSITIVE_INFINITY);
}
