import {
  DamagedEntryError,
  DamagedLogError,
  type LogHead,
  type LogHeadOptions,
  type LogSource,
  readEntries,
  readRecord,
  type SignedCheckpoint,
  SignedTree,
  tileWidth,
} from '@ferrohsm/sdk/node';
import { undamaged, unverified } from './log-damage.ts';
import type { LogEntry } from './log-entry.ts';
import { openCommitment } from './opening.ts';
import { readTrustedHead } from './trusted-head.ts';

export interface LogReaderOptions extends LogHeadOptions {
  /** Told of records that were asked for and had been pruned: the first, and the first that is read again. */
  readonly onPruned?: (start: number, end: number) => void;
}

/**
 * The records of a log under one checkpoint. Each entry is proved against the checkpoint's root before it is given out;
 * one bundle at a time is in memory.
 */
export class LogReader {
  readonly #source: LogSource;
  readonly #options: LogReaderOptions;
  readonly #head: LogHead;
  readonly #tree: SignedTree;
  #minimumIndex: number;

  private constructor(source: LogSource, options: LogReaderOptions, head: LogHead, tree: SignedTree) {
    this.#source = source;
    this.#options = options;
    this.#head = head;
    this.#tree = tree;
    this.#minimumIndex = head.minimumIndex;
  }

  /**
   * Reads the checkpoint of now; with a policy, the last one that reached its quorum.
   *
   * @throws CliError 66, 65, 1
   */
  static async open(source: LogSource, options: LogReaderOptions): Promise<LogReader> {
    const head = await readTrustedHead(source, options);
    const tree = await undamaged(() => SignedTree.open(source, head.newest ?? head.checkpoint));
    return new LogReader(source, options, head, tree);
  }

  /** Whether somebody's keys were checked. */
  get isSigned(): boolean {
    return this.#options.trust !== undefined;
  }

  get checkpoint(): SignedCheckpoint {
    return this.#head.checkpoint;
  }

  /** Records of the key rotations that led from the given keys to those that sign now. */
  get successions(): readonly string[] {
    return this.#head.successions;
  }

  /** The first record that was not pruned. */
  get minimumIndex(): number {
    return this.#minimumIndex;
  }

  /**
   * The records from `start` up to, not with, `end`, without those that were pruned.
   *
   * @throws CliError 1 at the first entry that is not what the checkpoint's root covers
   */
  async *entries(start: number, end = this.checkpoint.size): AsyncGenerator<LogEntry, void, undefined> {
    const last = Math.min(end, this.checkpoint.size);
    for (let at = start; at < last; ) {
      const bundle = await this.#bundle(Math.floor(at / tileWidth));
      if (bundle === undefined) {
        this.#options.onPruned?.(at, Math.min(this.#minimumIndex, last));
        at = this.#minimumIndex;
        continue;
      }
      yield* bundle.slice(at % tileWidth, (at % tileWidth) + last - at);
      at += tileWidth - (at % tileWidth);
    }
  }

  /** The root that the log had at an earlier size. @throws CliError 1 */
  rootAt(size: number): Promise<Uint8Array> {
    return undamaged(() => this.#tree.rootAt(size));
  }

  /** The records of a bundle; undefined when it was pruned, be it while this reads. */
  async #bundle(index: number): Promise<LogEntry[] | undefined> {
    if (this.#isPruned(index)) return undefined;
    try {
      return await this.#proved(index);
    } catch (error) {
      if (!(error instanceof DamagedLogError)) throw error;
      this.#minimumIndex = (await readTrustedHead(this.#source, this.#options)).minimumIndex;
      if (this.#isPruned(index)) return undefined;
      throw unverified(error);
    }
  }

  #isPruned(bundle: number): boolean {
    return bundle * tileWidth < this.#minimumIndex;
  }

  async #proved(index: number): Promise<LogEntry[]> {
    const first = index * tileWidth;
    const entries = await this.#tree.entries(index);
    const openings = await readEntries(this.#source, { level: 'personal', index, width: entries.length });
    return entries.map((entry, i) => openedEntry(first + i, entry, openings?.[i]));
  }
}

function openedEntry(index: number, entry: Uint8Array, opening: Uint8Array | undefined): LogEntry {
  const reading = readRecord(entry);
  if ('reason' in reading) throw new DamagedEntryError(index, `it is no record: ${reading.reason}`);
  const { record } = reading;
  const { state, personal } = openCommitment(opening, record.actor);
  return { index, record, opening: state, ...(personal && { personal }) };
}
