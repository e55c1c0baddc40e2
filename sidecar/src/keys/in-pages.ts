import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Each entry of one page after the other; others have their turn in between.
 *
 * @param limit entries of a page; one with less is the last
 * @param page entries behind one, or the first ones
 */
export async function* inPages<Entry>(
  limit: number,
  page: (after: Entry | undefined) => Promise<readonly Entry[]>,
): AsyncGenerator<Entry, void> {
  for (let after: Entry | undefined; ; await nextTurn()) {
    const entries = await page(after);
    yield* entries;
    if (entries.length < limit) return;
    after = entries.at(-1);
  }
}
