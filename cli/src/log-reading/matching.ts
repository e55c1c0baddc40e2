import type { FilterOptions } from './filter-options.ts';
import type { LogEntry } from './log-entry.ts';
import type { LogReader } from './log-reader.ts';
import { recordTest } from './record-filter.ts';

/** The records of a log that a filter lets through, in their order. */
export async function* matching(
  reader: LogReader,
  options: FilterOptions,
  onProgress: (done: number, total: number) => void,
): AsyncGenerator<LogEntry, void, undefined> {
  const { start, limit = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY } = options;
  const isWanted = recordTest(options);
  const total = reader.checkpoint.size - start;
  let found = 0;
  for await (const entry of reader.entries(start)) {
    // No record is older than the one before it.
    if (found >= limit || entry.record.time >= until) return;
    onProgress(entry.index - start, total);
    if (!isWanted(entry)) continue;
    found += 1;
    yield entry;
  }
}
