import type { LogEntry } from '../log-reading/log-entry.ts';

/** A bounded piece of the log. */
export interface Batch {
  /** Those that are wanted. */
  readonly entries: readonly LogEntry[];
  /** First record behind it. */
  readonly next: number;
}

const mostEntries = 1000;
/** Records that no filter lets through still move the cursor. */
const mostRead = 10_000;
/** Of the records as JSON. */
const mostCharacters = 1_048_576;

/** Parts records into batches that fit into memory and into one request. */
export async function* batchesOf(
  entries: AsyncIterable<LogEntry>,
  isWanted: (entry: LogEntry) => boolean,
): AsyncGenerator<Batch, void, undefined> {
  let wanted: LogEntry[] = [];
  let characters = 0;
  let read = 0;
  let next = 0;
  for await (const entry of entries) {
    next = entry.index + 1;
    read += 1;
    if (isWanted(entry)) {
      wanted.push(entry);
      characters += JSON.stringify(entry).length;
    }
    if (wanted.length < mostEntries && read < mostRead && characters < mostCharacters) continue;
    yield { entries: wanted, next };
    [wanted, characters, read] = [[], 0, 0];
  }
  if (read > 0) yield { entries: wanted, next };
}
