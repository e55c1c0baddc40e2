import type { TreeCheckpoint } from './checkpoint.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import { readCheckpoint } from './log-checkpoint.ts';
import { consistencyPath, inclusionPath } from './proof-path.ts';
import { verifyConsistency, verifyLeafInclusion } from './proofs.ts';
import { type LogSource, readEntries, tilePath, tileWidth } from './tile-source.ts';
import { formatProof } from './tlog-proof.ts';
import { type Hash, leafHash } from './tree-hash.ts';
import { type EntryRange, TreeTiles } from './tree-tiles.ts';

/**
 * Hashes that prove an entry in the tree of a checkpoint (RFC 6962 section 2.1.1), for `verifyInclusion`. Reads only
 * the tiles on the way, and checks them against the root of the checkpoint; its signatures are the verifier's to check.
 *
 * @throws RangeError for an index that is not in the tree
 * @throws DamagedLogError for tiles that are missing, malformed or not of that tree
 *
 * @example const proof = await proveInclusion(source, 5, checkpoint);
 */
export async function proveInclusion(source: LogSource, index: number, checkpoint: TreeCheckpoint): Promise<Hash[]> {
  const tiles = new TreeTiles(source, checkpoint.size);
  requireEntry(index, checkpoint.size);
  const leaf = await tiles.root({ start: index, end: index + 1 });
  return provenInclusion(tiles, { index, leaf, checkpoint });
}

/**
 * Hashes that prove that the log is the continuation of what it was (RFC 6962 section 2.1.2), for `verifyConsistency`.
 * Both trees are checked against the root of the log's own checkpoint.
 *
 * @throws RangeError for sizes beyond that checkpoint, or a later size before the earlier one
 * @throws DamagedLogError for files that are missing, malformed or do not fit together
 *
 * @example const proof = await proveConsistency(source, kept.size, latest.size);
 */
export async function proveConsistency(source: LogSource, earlierSize: number, laterSize: number): Promise<Hash[]> {
  const { size, root } = await readCheckpoint(source);
  const sizes = [0, earlierSize, laterSize, size];
  if (!sizes.every((value, i) => Number.isSafeInteger(value) && value >= (sizes[i - 1] ?? 0))) {
    throw new RangeError(`no proof from ${earlierSize} to ${laterSize} entries in a log of ${size}`);
  }
  const tiles = new TreeTiles(source, size);
  const later = await tiles.root({ start: 0, end: laterSize });
  const toCheckpoint = await hashesOf(tiles, consistencyPath(laterSize, size));
  const proof = await hashesOf(tiles, consistencyPath(earlierSize, laterSize));
  const earlier = await tiles.root({ start: 0, end: earlierSize });
  const isProven =
    (await verifyConsistency(laterSize, size, toCheckpoint, later, root)) &&
    (await verifyConsistency(earlierSize, laterSize, proof, earlier, later));
  if (!isProven) throw new DamagedLogError('the tiles do not have the root of the checkpoint');
  return proof;
}

/**
 * The receipt of an entry: a C2SP tlog-proof under the log's own checkpoint, with the entry itself in its `extra` line,
 * so that the one file is enough for `verifyReceipt`.
 *
 * @throws RangeError for an index that is not under the checkpoint
 * @throws DamagedLogError for files that are missing, malformed or do not fit together
 *
 * @example await writeFile('42.tlog-proof', await proveRecord(source, 42));
 */
export async function proveRecord(source: LogSource, index: number): Promise<string> {
  const checkpoint = await readCheckpoint(source);
  requireEntry(index, checkpoint.size);
  const entry = await readEntry(source, index, checkpoint.size);
  const tiles = new TreeTiles(source, checkpoint.size);
  const hashes = await provenInclusion(tiles, { index, leaf: await leafHash(entry), checkpoint });
  return formatProof({ extra: entry, index, hashes, checkpoint: checkpoint.text });
}

async function provenInclusion(
  tiles: TreeTiles,
  { index, leaf, checkpoint }: { index: number; leaf: Hash; checkpoint: TreeCheckpoint },
): Promise<Hash[]> {
  const { size, root } = checkpoint;
  const proof = await hashesOf(tiles, inclusionPath(index, size));
  if (!(await verifyLeafInclusion(leaf, index, size, proof, root))) {
    throw new DamagedLogError(`entry ${index} and its tiles do not have the root of the checkpoint`);
  }
  return proof;
}

function hashesOf(tiles: TreeTiles, path: readonly EntryRange[]): Promise<Hash[]> {
  return Promise.all(path.map((range) => tiles.root(range)));
}

async function readEntry(source: LogSource, index: number, size: number): Promise<Uint8Array> {
  const bundle = Math.floor(index / tileWidth);
  const first = bundle * tileWidth;
  const place = { level: 'entries', index: bundle, width: Math.min(tileWidth, size - first) } as const;
  const entries = await readEntries(source, place);
  const entry = entries?.[index - first];
  if (entry === undefined) {
    throw new DamagedLogError(`${tilePath(place)}: ${entries === null ? 'malformed' : 'missing'}`);
  }
  return entry;
}

function requireEntry(index: number, size: number): void {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`no entry ${index} in a log of ${size}`);
  }
}
