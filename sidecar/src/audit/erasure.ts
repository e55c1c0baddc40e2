import type { AuditPersonal } from '../generated/types.ts';
import { noOpening } from './personal.ts';
import type { TileFolder } from './tile-folder.ts';
import { decodeBundle, encodeBundle, openingsPath } from './tiles.ts';

/** Which openings are to go. */
export interface Erasure {
  /** Id of the principal. */
  readonly principal: string;
  /** Full bundles from this number on, up to but not including `end`. */
  readonly start: number;
  readonly end: number;
}

const saltBytes = 16;

/**
 * Erases what the records of some bundles say of one person, for good: the leaves keep commitments that nobody can open.
 * A bundle is replaced as a whole, so that a crash leaves it as it was or erased.
 *
 * @returns how many records were about that person
 */
export async function erasePersonal(folder: TileFolder, { principal, start, end }: Erasure): Promise<number> {
  let erased = 0;
  for (let bundle = start; bundle < end; bundle += 1) {
    const path = openingsPath(bundle);
    const openings = decodeBundle(await folder.read(path)) ?? [];
    const left = openings.map((opening) => (isAbout(opening, principal) ? noOpening : opening));
    const count = openings.filter((opening, i) => opening !== left[i]).length;
    if (count === 0) continue;
    await folder.replace(path, encodeBundle(left));
    erased += count;
  }
  return erased;
}

function isAbout(opening: Buffer, principal: string): boolean {
  if (opening.length <= saltBytes) return false;
  const personal = JSON.parse(opening.subarray(saltBytes).toString()) as AuditPersonal;
  if (personal.principal === principal) return true;
  return Object.values(personal.details ?? {}).some((value) => String(value).split(',').includes(principal));
}
