import { damaged } from './refusal.ts';
import type { TileFolder } from './tile-folder.ts';
import { bundlesOf, numberFolder, tileName } from './tiles.ts';

/** Files of one kind lie in folders of a thousand. */
export const groupSize = 1000;

/** What there must be of a log on disk. */
export interface Extent {
  /** Leaves under the published checkpoint. */
  readonly size: number;
  /** Leaves below it were pruned. */
  readonly minimumIndex: number;
}

/** Full files of one kind: those from `start` up to but not including `end` must be there, earlier ones must not. */
interface Kind {
  readonly prefix: string;
  readonly start: number;
  readonly end: number;
}

/** Groups that there are of the most numerous kind. */
export function groupCount({ size }: Extent): number {
  return Math.ceil(bundlesOf(size) / groupSize);
}

/**
 * Looks after one group of files: none that must be there is missing, and what a crash left behind goes: drafts, partial
 * versions of what is full, and entries that were being pruned.
 *
 * @throws SidecarError `audit_corrupt` naming the file that is missing
 */
export async function tend(folder: TileFolder, extent: Extent, group: number): Promise<void> {
  for (const kind of kindsOf(extent)) await tendKind(folder, kind, group);
}

/** Tiles above the lowest level stay when entries are pruned: they prove what is left. */
function kindsOf({ size, minimumIndex }: Extent): Kind[] {
  const lowest = { start: bundlesOf(minimumIndex), end: bundlesOf(size) };
  const kinds = ['tile/entries', 'personal', 'tile/0'].map((prefix) => ({ prefix, ...lowest }));
  for (let level = 1, end = bundlesOf(lowest.end); end > 0; level += 1, end = bundlesOf(end)) {
    kinds.push({ prefix: `tile/${level}`, start: 0, end });
  }
  return kinds;
}

async function tendKind(folder: TileFolder, { prefix, start, end }: Kind, group: number): Promise<void> {
  const first = group * groupSize;
  if (first >= end) return;
  const path = numberFolder(prefix, group);
  const present = new Set(await folder.names(path));
  const leftovers: string[] = [];
  for (let number = first; number < Math.min(end, first + groupSize); number += 1) {
    const name = tileName(number);
    const isNeeded = number >= start;
    if (isNeeded && !present.has(name)) throw damaged(`${path}/${name}`, 'missing');
    const unwanted = [`${name}.p`, `${name}.tmp`, ...(isNeeded ? [] : [name])];
    leftovers.push(...unwanted.filter((each) => present.has(each)));
  }
  for (const name of leftovers) await folder.remove(`${path}/${name}`);
  if (leftovers.length > 0) await folder.sync(path);
}
