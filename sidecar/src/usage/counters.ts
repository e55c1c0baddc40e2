/** How often a key version was used, and on how much data. */
export interface Usage {
  readonly uses: number;
  readonly bytes: number;
  /** Milliseconds since 1970 of the last use. */
  readonly usedAt: number;
}

/** Where counts outlive the process. */
export interface UsageStore {
  /** Undefined for a version that was never used. */
  load(handle: string): Usage | undefined;
  /** In one durable step. */
  save(entries: ReadonlyMap<string, Usage>): void;
}

export interface UsageCounters {
  /** Counts one use of the version `key_<id>/<version>`. */
  count(handle: string, bytes: number): Usage;
  of(handle: string): Usage | undefined;
  /** Writes down what was counted since the last time. */
  flush(): void;
  /** Writes down exactly what was counted; nothing may be counted any more. */
  close(): void;
}

/**
 * A crash may count up to that much too much, and never too little: counts are written ahead in blocks, so that a use
 * does not wait for the disk.
 */
const block = { uses: 1000, bytes: 64 << 20 };

interface Count {
  uses: number;
  bytes: number;
  usedAt: number;
  /** What the disk says. */
  reserved: Usage;
}

/** Handles that are counted at once before the counts go to disk. */
const openCounts = 10_000;

/** @param now milliseconds since 1970 */
export function createUsageCounters(store: UsageStore, now: () => number): UsageCounters {
  const counts = new Map<string, Count>();

  function countOf(handle: string): Count {
    const known = counts.get(handle);
    if (known !== undefined) return known;
    if (counts.size >= openCounts) settle();
    const { uses = 0, bytes = 0, usedAt = 0 } = store.load(handle) ?? {};
    const count = { uses, bytes, usedAt, reserved: { uses, bytes, usedAt } };
    counts.set(handle, count);
    return count;
  }

  function write(chosen: Iterable<[string, Count]>, ahead: { uses: number; bytes: number }): void {
    const entries = new Map<string, Usage>();
    for (const [handle, count] of chosen) {
      const { uses, bytes, usedAt } = count;
      count.reserved = { uses: uses + ahead.uses, bytes: bytes + ahead.bytes, usedAt };
      entries.set(handle, count.reserved);
    }
    if (entries.size > 0) store.save(entries);
  }

  function settle(): void {
    write(counts, { uses: 0, bytes: 0 });
    counts.clear();
  }

  return {
    count(handle, bytes) {
      const count = countOf(handle);
      count.uses += 1;
      count.bytes += bytes;
      count.usedAt = now();
      const { reserved } = count;
      if (count.uses > reserved.uses || count.bytes > reserved.bytes) write([[handle, count]], block);
      return count;
    },
    of(handle) {
      const { uses, bytes, usedAt } = counts.get(handle) ?? store.load(handle) ?? {};
      return uses === undefined ? undefined : { uses, bytes: bytes ?? 0, usedAt: usedAt ?? 0 };
    },
    flush() {
      write(
        [...counts].filter(([, { usedAt, reserved }]) => usedAt > reserved.usedAt),
        block,
      );
    },
    close: settle,
  };
}
