import type { AuditRecord } from '../generated/types.ts';
import type { GrowingTree } from './growing-tree.ts';
import { damaged, failed } from './refusal.ts';
import { readBundle } from './stored-tree.ts';
import type { TileFolder } from './tile-folder.ts';
import { bundlePath, decodeBundle } from './tiles.ts';
import { tileWidth } from './tree.ts';

/**
 * The records from leaf index `start` up to but not including `end`, all of which are in the tree.
 *
 * @throws SidecarError `audit_corrupt` for a bundle that is missing or altered
 */
export async function readRecords(
  growing: GrowingTree,
  folder: TileFolder,
  start: number,
  end: number,
): Promise<{ index: number; record: AuditRecord }[]> {
  const records: { index: number; record: AuditRecord }[] = [];
  for (let at = start; at < end; ) {
    const bundle = Math.floor(at / tileWidth);
    const first = bundle * tileWidth;
    const entries = await entriesOf(growing, folder, bundle);
    for (const entry of entries.slice(at - first, end - first)) {
      records.push({ index: at, record: parseRecord(entry, at) });
      at += 1;
    }
  }
  return records;
}

async function entriesOf(growing: GrowingTree, folder: TileFolder, bundle: number): Promise<readonly Buffer[]> {
  const held = growing.bundle(bundle);
  if (held !== undefined) return 'entries' in held ? held.entries : (decodeBundle(held.bytes) ?? []);
  try {
    return await readBundle(folder, bundlePath(bundle), tileWidth);
  } catch (error) {
    throw failed(`reading entry bundle ${bundle}`, error);
  }
}

function parseRecord(entry: Buffer, index: number): AuditRecord {
  try {
    return JSON.parse(entry.toString()) as AuditRecord;
  } catch (error) {
    throw damaged(`record ${index}`, error instanceof SyntaxError ? 'is not JSON' : 'cannot be read');
  }
}
