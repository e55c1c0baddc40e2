import { createHash } from 'node:crypto';
import { comparePaths } from '../backup/records.ts';
import type { CopiedRow, FoundRow, StoreCopy } from '../copied-rows.ts';
import type { Keystore } from '../keystore/keystore.ts';

type UsageRows = Keystore['usage'];
type StoredUsage = NonNullable<ReturnType<UsageRows['load']>>;

/** Kind under which counts of use travel in a backup: in the store they lie outside of the authenticated tree. */
const usageKind = 'usage/';
const pageUsages = 1000;

/** Every row of the copy, and in its place among them what is known of uses. Counts may be of a moment later. */
export function* rowsWithUsage(copy: Pick<StoreCopy, 'rows'>, usage: Pick<UsageRows, 'after'>): Generator<FoundRow> {
  let isTold = false;
  for (const row of copy.rows()) {
    if (!isTold && comparePaths(row.path, usageKind) > 0) {
      isTold = true;
      yield* usageRows(usage);
    }
    yield row;
  }
  if (!isTold) yield* usageRows(usage);
}

function* usageRows(usage: Pick<UsageRows, 'after'>): Generator<FoundRow> {
  for (let after = ''; ; ) {
    const page = usage.after(after, pageUsages);
    for (const [handle, counts] of page) {
      after = handle;
      const path = usageKind + handle;
      const value = Buffer.from(JSON.stringify(counts), 'utf8');
      yield { path, hash: createHash('sha256').update(value).digest(), open: () => ({ path, value }) };
    }
    if (page.length < pageUsages) return;
  }
}

/** Whether the row lies in the authenticated tree, so that it is part of the state root. */
export function isInTree({ path }: Pick<CopiedRow, 'path'>): boolean {
  return !path.startsWith(usageKind);
}

/** The counts of a row that is not in the tree. */
export function usageOf({ path, value }: CopiedRow): [handle: string, usage: StoredUsage] {
  return [path.slice(usageKind.length), JSON.parse(value.toString('utf8')) as StoredUsage];
}
