import { setImmediate as nextTurn } from 'node:timers/promises';
import { comparePaths, pathOf, type RowRecord } from '../backup/records.ts';
import type { FoundRow } from '../copied-rows.ts';
import type { BackupDraft } from './backup-draft.ts';

/** What became of a row since an earlier backup. */
export type RowChange = { readonly row: FoundRow; readonly isKept: boolean } | { readonly removed: string };

/** Longest time in milliseconds for which the writing of a backup keeps the thread from answering requests. */
const sliceMs = 2;

/**
 * Compares the rows of now with those of before, both in the order of their paths.
 *
 * @param before as an index tells them; undefined: there was nothing
 */
export async function* changesSince(
  before: AsyncGenerator<RowRecord, void> | undefined,
  rows: Iterable<FoundRow>,
): AsyncGenerator<RowChange> {
  const next = async () => (await before?.next())?.value ?? undefined;
  let earlier = await next();
  for (const row of rows) {
    for (; earlier !== undefined && comparePaths(pathOf(earlier), row.path) < 0; earlier = await next()) {
      yield { removed: pathOf(earlier) };
    }
    const isKnown = earlier !== undefined && pathOf(earlier) === row.path;
    yield { row, isKept: isKnown && isSame(earlier, row) };
    if (isKnown) earlier = await next();
  }
  for (; earlier !== undefined; earlier = await next()) yield { removed: pathOf(earlier) };
}

function isSame(earlier: RowRecord | undefined, { hash }: FoundRow): boolean {
  return earlier !== undefined && 'row' in earlier && earlier.row.hash?.equals(hash) === true;
}

/** The backup gets what has changed, the index every row. */
export async function writeChanges(
  changes: AsyncIterable<RowChange>,
  { backup, index }: { readonly backup: BackupDraft; readonly index: BackupDraft },
): Promise<void> {
  let end = performance.now() + sliceMs;
  for await (const change of changes) {
    if ('removed' in change) await backup.write(change);
    else await writeRow(change, backup, index);
    if (performance.now() < end) continue;
    await nextTurn();
    end = performance.now() + sliceMs;
  }
}

async function writeRow(
  { row, isKept }: Exclude<RowChange, { readonly removed: string }>,
  backup: BackupDraft,
  index: BackupDraft,
): Promise<void> {
  const { path, hash } = row;
  await index.write({ row: { path, value: Buffer.alloc(0), hash } });
  if (isKept) return;
  const opened = row.open();
  using _secret = opened.secret;
  await backup.write({ row: opened });
}
