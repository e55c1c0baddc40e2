import { largestPowerBelow } from './powers-of-two.ts';
import type { EntryRange } from './tree-tiles.ts';

/** RFC 6962 section 2.1.1, PATH(index, D[size]): the subtrees whose hashes prove an entry, from its sibling up. */
export function inclusionPath(index: number, size: number): EntryRange[] {
  const path: EntryRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      path.push({ start: middle, end });
      end = middle;
    } else {
      path.push({ start, end: middle });
      start = middle;
    }
  }
  return path.reverse();
}

/** RFC 6962 section 2.1.2, PROOF(earlierSize, D[laterSize]): the subtrees whose hashes prove the continuation. */
export function consistencyPath(earlierSize: number, laterSize: number): EntryRange[] {
  if (earlierSize === 0) return [];
  const path: EntryRange[] = [];
  let [start, end] = [0, laterSize];
  while (end !== earlierSize) {
    const middle = start + largestPowerBelow(end - start);
    if (earlierSize <= middle) {
      path.push({ start: middle, end });
      end = middle;
    } else {
      path.push({ start, end: middle });
      start = middle;
    }
  }
  // The verifier has the earlier root itself.
  if (start !== 0) path.push({ start, end });
  return path.reverse();
}
