import { comparePaths, pathOf, type RowRecord } from '../backup/records.ts';
import type { CopiedRow } from '../copied-rows.ts';

type Records = AsyncGenerator<RowRecord, unknown>;

/** Where the reading of one file of a chain has come to. */
interface Place {
  readonly records: Records;
  /** Undefined at the end of the file. */
  record: RowRecord | undefined;
}

/**
 * The rows that a chain of backups stands for, in the order of their paths: of each row the newest record, and none of what
 * a newer file says is removed. Reads all files side by side, in constant memory. Whoever receives a row disposes its secret.
 *
 * @param files records of a backup and of what it continues, the newest first
 */
export async function* newestRows(files: readonly Records[]): AsyncGenerator<CopiedRow, void> {
  const places = files.map((records): Place => ({ records, record: undefined }));
  try {
    for (const place of places) await advance(place);
    for (;;) {
      const [newest, ...older] = firstOf(places);
      if (newest?.record === undefined) return;
      const { record } = newest;
      newest.record = undefined;
      for (const place of [newest, ...older]) await advance(place);
      if ('row' in record) yield record.row;
    }
  } finally {
    for (const place of places) {
      drop(place);
      await place.records.return(undefined);
    }
  }
}

/** Those whose record has the first path of all, the newest first. */
function firstOf(places: readonly Place[]): Place[] {
  let first: string | undefined;
  let found: Place[] = [];
  for (const place of places) {
    if (place.record === undefined) continue;
    const path = pathOf(place.record);
    const order = first === undefined ? -1 : comparePaths(path, first);
    if (order < 0) found = [];
    if (order <= 0) found.push(place);
    if (order < 0) first = path;
  }
  return found;
}

async function advance(place: Place): Promise<void> {
  drop(place);
  const step = await place.records.next();
  place.record = step.done === true ? undefined : step.value;
}

function drop(place: Place): void {
  if (place.record !== undefined && 'row' in place.record) place.record.row.secret?.dispose();
  place.record = undefined;
}
