import { hash } from 'node:crypto';
import { type LogSigners, type OwnCheckpoint, openOwnCheckpoint } from './checkpoint.ts';
import type { LogFiles } from './files.ts';
import { chainStart } from './frame.ts';
import type { CheckpointMark } from './journal-payload.ts';
import { type JournalContent, listSegments, replayJournal } from './journal-replay.ts';
import type { LoggedRecord } from './logged-record.ts';
import type { KeyedMac } from './mac.ts';
import { damaged, isAbsent } from './refusal.ts';
import { readEdge } from './stored-tree.ts';
import { TileFolder } from './tile-folder.ts';
import { leafHash, type Tile, Tree, type TreeHead } from './tree.ts';

export const checkpointName = 'checkpoint';
export const journalName = 'journal';
export const tilesName = 'tile';

export interface StoredLogSource {
  readonly files: LogFiles;
  readonly folder: string;
  readonly origin: string;
  /** Every pair of keys that the log has had, the present one first. */
  readonly signers: readonly LogSigners[];
  readonly mac: KeyedMac;
}

export interface PublishedCheckpoint extends OwnCheckpoint {
  readonly signers: LogSigners;
}

/** A log as its folder holds it, all of it checked as far as a start can: everything but the full tiles. */
export interface StoredLog {
  /** The published checkpoint; undefined for a log that never held a record. */
  readonly published: PublishedCheckpoint | undefined;
  /** Growing tiles of the published checkpoint's tree. */
  readonly edge: readonly Tile[];
  /** Records of its bundle that is not full. */
  readonly growing: readonly LoggedRecord[];
  /** Durable records that the published checkpoint does not cover. */
  readonly tail: readonly LoggedRecord[];
  readonly lastTimeMs: number;
  /** Sizes that were signed, as far as the journal goes back. */
  readonly signedSizes: readonly number[];
  /** Last frame and last number of the journal. */
  readonly journalMac: Buffer;
  readonly journalSequence: number;
}

export function markOf(head: TreeHead, note: string): CheckpointMark {
  return { ...head, noteDigest: hash('sha256', note, 'buffer') };
}

/**
 * Reads what a log's folder holds.
 *
 * @throws SidecarError `audit_corrupt` with the part that is missing, altered or of another log
 */
export async function readStoredLog(source: StoredLogSource): Promise<StoredLog> {
  const names = new Set(await namesIn(source));
  if (names.has(checkpointName)) {
    if (!names.has(journalName)) throw damaged('journal', 'missing, while a checkpoint exists');
    return readPublished(source);
  }
  if (names.has(tilesName)) throw damaged('checkpoint', 'missing, while tiles exist');
  return names.has(journalName) ? readUnpublished(source) : emptyLog(chainStart, 0);
}

async function namesIn({ files, folder }: StoredLogSource): Promise<string[]> {
  try {
    return await files.list(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** A crash between the first segment and the first checkpoint: only a journal without any record is taken for that. */
async function readUnpublished(source: StoredLogSource): Promise<StoredLog> {
  const segments = await listSegments(source.files, journalFolder(source));
  if (segments.length === 0) return emptyLog(chainStart, 0);
  const content = await replayJournal({ ...source, folder: journalFolder(source) });
  const hasRecords = content.records.length > 0 || content.checkpoints.some(({ size }) => size > 0);
  if (hasRecords) throw damaged('checkpoint', 'missing, while the journal holds records');
  return emptyLog(content.lastMac, content.lastSequence);
}

function emptyLog(journalMac: Buffer, journalSequence: number): StoredLog {
  const nothing = { published: undefined, edge: [], growing: [], tail: [], lastTimeMs: 0, signedSizes: [] };
  return { ...nothing, journalMac, journalSequence };
}

async function readPublished(source: StoredLogSource): Promise<StoredLog> {
  const published = await readCheckpoint(source);
  const { note, head } = published;
  const content = await replayJournal({ ...source, folder: journalFolder(source) });
  checkAgainstJournal(note, head, content);
  const edge = await readEdge(new TileFolder(source.files, source.folder), head);
  const tail = content.records.slice(head.size - content.firstIndex);
  checkUnpublished(head, edge.tiles, tail, content.checkpoints);
  return {
    published,
    edge: edge.tiles,
    growing: edge.growing,
    tail,
    lastTimeMs: lastTime(tail.at(-1)?.leaf ?? edge.lastLeaf),
    signedSizes: content.checkpoints.map(({ size }) => size),
    journalMac: content.lastMac,
    journalSequence: content.lastSequence,
  };
}

async function readCheckpoint(source: StoredLogSource): Promise<PublishedCheckpoint> {
  const { origin, signers: candidates } = source;
  const text = (await source.files.read(`${source.folder}/${checkpointName}`)).toString();
  const [name = ''] = text.split('\n', 1);
  if (name !== origin) throw damaged('checkpoint', `belongs to another log than ${origin}`);
  for (const signers of candidates) {
    const own = openOwnCheckpoint(text, origin, signers);
    if (own !== undefined) return { ...own, signers };
  }
  throw damaged('checkpoint', 'not signed with the keys of this log');
}

/** The file is the newest checkpoint that the journal knows, or the one before it when a crash kept that from being published. */
function checkAgainstJournal(note: string, head: TreeHead, content: JournalContent): void {
  const { noteDigest } = markOf(head, note);
  const age = content.checkpoints.toReversed().findIndex((mark) => mark.noteDigest.equals(noteDigest));
  if (age === -1) throw damaged('checkpoint', `size ${head.size}, unknown to the journal`);
  if (age > 1) throw damaged('checkpoint', `size ${head.size}, older than the journal's`);
  const end = content.firstIndex + content.records.length;
  const signed = Math.max(...content.checkpoints.map(({ size }) => size));
  if (signed > end) throw damaged('journal', `ends at record ${end}, but size ${signed} was signed`);
  if (content.firstIndex > head.size) throw damaged('journal', `records ${head.size} to ${content.firstIndex} missing`);
}

/** A checkpoint that was signed but not published binds as well: there is never a second root for its size. */
function checkUnpublished(
  head: TreeHead,
  edge: readonly Tile[],
  tail: readonly LoggedRecord[],
  marks: readonly CheckpointMark[],
): void {
  const tree = Tree.fromEdge(head.size, edge);
  const ahead = new Map(marks.filter(({ size }) => size > head.size).map(({ size, root }) => [size, root]));
  if (ahead.size === 0) return;
  for (const { leaf } of tail) {
    tree.append(leafHash(leaf));
    const root = ahead.get(tree.size);
    if (root !== undefined && !root.equals(tree.root())) throw damaged('journal', `second root for size ${tree.size}`);
  }
}

function lastTime(leaf: Buffer | undefined): number {
  if (leaf === undefined) return 0;
  const { time } = JSON.parse(leaf.toString()) as { time?: unknown };
  if (typeof time !== 'number') throw damaged('last record', 'has no time');
  return time;
}

function journalFolder(source: StoredLogSource): string {
  return `${source.folder}/${journalName}`;
}
