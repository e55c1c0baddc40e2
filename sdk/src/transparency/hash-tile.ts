import { DamagedLogError } from './damaged-log-error.ts';
import { type LogSource, readHashes, type TilePlace, tilePath } from './tile-source.ts';
import type { Hash } from './tree-hash.ts';

/**
 * The hashes of a tile that must be there.
 *
 * @throws DamagedLogError when it is missing or malformed
 */
export async function readTile(source: LogSource, place: TilePlace): Promise<Hash[]> {
  const hashes = await readHashes(source, place);
  if (hashes === undefined || hashes === null) {
    throw new DamagedLogError(`${tilePath(place)}: ${hashes === null ? 'malformed' : 'missing'}`);
  }
  return hashes;
}
