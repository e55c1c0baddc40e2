import type { LogSource, SignedCheckpoint } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { bundleItems } from './bundle.ts';
import { readCheckpoint } from './log-checkpoint.ts';
import { type LogEntry, parseRecord } from './log-entry.ts';
import { openCommitment } from './opening.ts';
import { SignedTree } from './signed-tree.ts';
import { placePath, type TilePlace, tileWidth } from './tile-place.ts';
import { leafHash } from './tree-hash.ts';

/**
 * The records of a log under one checkpoint. Each entry is proved against the checkpoint's root before it is given out;
 * one bundle at a time is in memory.
 */
export class LogReader {
  readonly checkpoint: SignedCheckpoint;
  readonly #source: LogSource;
  readonly #tree: SignedTree;

  private constructor(source: LogSource, checkpoint: SignedCheckpoint, tree: SignedTree) {
    this.checkpoint = checkpoint;
    this.#source = source;
    this.#tree = tree;
  }

  /**
   * Reads the checkpoint of now.
   *
   * @param keys that must have signed it; none for a log that is only read
   * @throws CliError 66, 65, 1
   */
  static async open(source: LogSource, keys: readonly string[]): Promise<LogReader> {
    const checkpoint = await readCheckpoint(source, keys);
    return new LogReader(source, checkpoint, await SignedTree.open(source, checkpoint));
  }

  /**
   * The records from `start` up to, not with, `end`.
   *
   * @throws CliError 1 at the first entry that is not what the checkpoint's root covers
   */
  async *entries(start: number, end = this.checkpoint.size): AsyncGenerator<LogEntry, void, undefined> {
    const last = Math.min(end, this.checkpoint.size);
    for (let at = start; at < last; ) {
      const bundle = await this.#bundle(Math.floor(at / tileWidth));
      for (const entry of bundle.slice(at % tileWidth, (at % tileWidth) + last - at)) yield entry;
      at += tileWidth - (at % tileWidth);
    }
  }

  /** The root that the log had at an earlier size; what it continues has the same. */
  rootAt(size: number): Promise<Uint8Array> {
    return this.#tree.rootAt(size);
  }

  async #bundle(index: number): Promise<LogEntry[]> {
    const first = index * tileWidth;
    const place = { index, width: Math.min(tileWidth, this.checkpoint.size - first) };
    const entries = await this.#items({ ...place, kind: 'entries' });
    if (entries === undefined) throw await this.#unreadable(first);
    const hashes = await this.#tree.tile(0, index);
    const openings = (await this.#items({ ...place, kind: 'personal' })) ?? [];
    return hashes.map((hash, i) => provedEntry(first + i, hash, entries[i], openings[i]));
  }

  /** The retention only explains here: what `audit verify` says of it counts. */
  async #unreadable(first: number): Promise<CliError> {
    const retention = Buffer.from((await this.#source.read('retention')) ?? []).toString();
    const [, minimum] = /^minimum-index (\d+)$/m.exec(retention) ?? [];
    if (first >= Number(minimum ?? 0)) return badEntry(first, 'its bundle is missing or malformed');
    return new CliError(66, `record ${first} was pruned`, `go on from what remains with --start ${minimum}`);
  }

  /** The items of a bundle; a log that grew meanwhile may have replaced the partial one by the full one. */
  async #items(place: TilePlace): Promise<Uint8Array[] | undefined> {
    const bytes =
      (await this.#source.read(placePath(place))) ??
      (await this.#source.read(placePath({ ...place, width: tileWidth })));
    return bytes === undefined ? undefined : bundleItems(bytes);
  }
}

function provedEntry(
  index: number,
  hash: Uint8Array,
  entry: Uint8Array | undefined,
  opening: Uint8Array | undefined,
): LogEntry {
  if (entry === undefined) throw badEntry(index, 'it is missing');
  if (!leafHash(entry).equals(hash)) throw badEntry(index, 'it was changed');
  const record = parseRecord(entry);
  if (record === undefined) throw badEntry(index, 'it is not a record');
  const { state, personal } = openCommitment(opening, record.actor);
  return { index, record, opening: state, ...(personal && { personal }) };
}

function badEntry(index: number, reason: string): CliError {
  return new CliError(
    1,
    `the log does not verify, first bad entry ${index}: ${reason}`,
    'ferrohsm audit verify names all that is wrong',
  );
}
