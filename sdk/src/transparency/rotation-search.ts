import { type RotationRecord, rotationIn } from './key-succession.ts';
import { type LogSource, readEntries, tileWidth } from './tile-source.ts';
import type { EntryRange } from './tree-tiles.ts';

/** Stands in the one encoding of each such record; spares reading the others. */
const mark = '"operation":"log.rotateKeys"';

/**
 * The key rotations in a log, oldest first. Their own signatures vouch for them, the tree is not checked. Ends at the
 * first bundle that cannot be read, for nothing vouches yet for how much there is.
 *
 * @param range begins with a bundle
 */
export async function* findRotations(
  source: LogSource,
  { start, end }: EntryRange,
): AsyncGenerator<RotationRecord, void, undefined> {
  const utf8 = new TextDecoder();
  for (let first = start; first < end; first += tileWidth) {
    const width = Math.min(tileWidth, end - first);
    const entries = await readEntries(source, { level: 'entries', index: first / tileWidth, width });
    if (entries === undefined || entries === null) return;
    for (const entry of entries) {
      const rotation = utf8.decode(entry).includes(mark) ? rotationIn(entry) : undefined;
      if (rotation !== undefined) yield rotation;
    }
  }
}
