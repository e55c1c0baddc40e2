import { SidecarError } from '../errors.ts';
import type { AuditRecord } from '../generated/types.ts';
import { type LogSigners, signCheckpoint, verifierKeys } from './checkpoint.ts';
import { CheckpointSchedule } from './checkpoint-schedule.ts';
import { CommitQueue } from './commit-queue.ts';
import { type LogFiles, replaceFile } from './files.ts';
import { GrowingTree } from './growing-tree.ts';
import type { Journal } from './journal.ts';
import type { RecordText } from './journal-payload.ts';
import type { AuditLog } from './log.ts';
import { type AuditEntry, encodeRecord, maxEntryBytes } from './record-encoding.ts';
import { readRecords } from './record-reader.ts';
import { damaged, failed } from './refusal.ts';
import { checkpointName, markOf, type PublishedCheckpoint } from './stored-log.ts';
import { TileFolder } from './tile-folder.ts';
import type { Tree } from './tree.ts';

/** A checkpoint is made early when more than this waits for one. */
const unpublishedBytesEarly = 8 << 20;
/** Appends wait for a checkpoint when more than this waits for one. */
const unpublishedBytesMax = 64 << 20;
/** A record that nobody waits for waits like the others when more than this waits for the disk: at most that is lost. */
const unwrittenBytesMax = 1 << 20;

export interface TransparencyLogOptions {
  readonly files: LogFiles;
  readonly folder: string;
  readonly origin: string;
  readonly signers: LogSigners;
  /** Holds exactly `tail` beyond the tree. */
  readonly journal: Journal;
  readonly published: PublishedCheckpoint;
  readonly tree: Tree;
  readonly growing: readonly Buffer[];
  readonly tail: readonly Buffer[];
  /** Milliseconds since 1970 of the last record. */
  readonly lastTimeMs: number;
  readonly now: () => number;
  readonly onFailure: (error: SidecarError) => void;
  readonly checkpointIntervalMs: number;
  readonly checkpointSpacingMs: number;
}

/** The log while it is open: journal first, tree and checkpoint behind. */
export class TransparencyLog implements AuditLog {
  readonly origin: string;
  readonly verifierKeys: readonly string[];
  readonly #options: TransparencyLogOptions;
  readonly #queue: CommitQueue;
  readonly #growing: GrowingTree;
  readonly #tiles: TileFolder;
  readonly #schedule: CheckpointSchedule;
  #published: PublishedCheckpoint;
  #lastTimeMs: number;
  #closing: Promise<void> | undefined;

  constructor(options: TransparencyLogOptions) {
    this.#options = options;
    this.origin = options.origin;
    this.verifierKeys = verifierKeys(options.origin, options.signers);
    this.#published = options.published;
    this.#lastTimeMs = options.lastTimeMs;
    this.#growing = new GrowingTree(options.tree, options.growing);
    this.#growing.add(options.tail);
    this.#tiles = new TileFolder(options.files, options.folder);
    this.#schedule = new CheckpointSchedule({
      publish: () => this.#publish(),
      intervalMs: options.checkpointIntervalMs,
      spacingMs: options.checkpointSpacingMs,
    });
    this.#queue = new CommitQueue({
      journal: options.journal,
      nextIndex: options.published.head.size + options.tail.length,
      onDurable: (entries) => this.#follow(entries),
      onFailure: options.onFailure,
    });
  }

  get size(): number {
    return this.#queue.durableSize;
  }

  append(entry: AuditEntry): Promise<number> {
    if (this.#growing.unpublishedBytes > unpublishedBytesMax) return this.#appendLater(entry);
    try {
      const { text, bytes } = this.#encode(entry);
      return this.#queue.append(text, bytes);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async enqueue(entry: AuditEntry): Promise<void> {
    if (this.#growing.unpublishedBytes > unpublishedBytesMax || this.#queue.unwrittenBytes > unwrittenBytesMax) {
      await this.append(entry);
      return;
    }
    const { text, bytes } = this.#encode(entry);
    this.#queue.enqueue(text, bytes);
  }

  checkpoint(): Promise<string> {
    return this.#schedule.request();
  }

  async records(start: number, limit: number): Promise<{ index: number; record: AuditRecord }[]> {
    const end = Math.min(start + limit, this.size);
    await this.#growing.reach(end);
    return readRecords(this.#growing, this.#tiles, start, end);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#queue.refuseFurther();
    await this.#queue.idle();
    try {
      if (this.#queue.failure === undefined) await this.#schedule.request();
    } finally {
      await this.#schedule.stop();
      await this.#queue.idle();
      await this.#closeJournal();
    }
  }

  async #closeJournal(): Promise<void> {
    try {
      await this.#options.journal.close();
    } catch (error) {
      throw failed('closing the journal', error);
    }
  }

  #encode(entry: AuditEntry): RecordText {
    // The clock may step back, the log's time may not.
    const timeMs = Math.max(this.#lastTimeMs, Math.floor(this.#options.now()));
    const text = encodeRecord(entry, timeMs);
    const bytes = Buffer.byteLength(text);
    if (bytes > maxEntryBytes) throw tooBig(bytes);
    this.#lastTimeMs = timeMs;
    return { text, bytes };
  }

  async #appendLater(entry: AuditEntry): Promise<number> {
    await this.#schedule.request();
    return this.append(entry);
  }

  #follow(entries: readonly Buffer[]): void {
    if (entries.length === 0) return;
    this.#growing.add(entries);
    if (this.#growing.unpublishedBytes > unpublishedBytesEarly) this.#schedule.request().catch(() => undefined);
    else this.#schedule.leavesArrived();
    const { journal } = this.#options;
    if (journal.needsNext) journal.prepareNext().catch((error) => this.#queue.fail(error, 'preparing the journal'));
  }

  async #publish(): Promise<string> {
    if (this.#queue.failure !== undefined) throw this.#queue.failure;
    try {
      return await this.#publishDurable();
    } catch (error) {
      throw this.#queue.fail(error, 'publishing a checkpoint');
    }
  }

  async #publishDurable(): Promise<string> {
    await this.#growing.reach(this.size);
    const snapshot = this.#growing.snapshot();
    const { head } = snapshot;
    const earlier = this.#published;
    if (head.size === earlier.head.size) return earlier.note;

    const { files, folder, origin, signers, journal } = this.#options;
    await this.#tiles.write(snapshot.files);
    const note = signCheckpoint(origin, head, signers, Math.max(this.#lastTimeMs, this.#options.now()));
    // The journal knows it before anybody else can: a start never signs another root for that size.
    await this.#queue.appendMark(markOf(head, note));
    await replaceFile(files, folder, checkpointName, note);
    this.#published = { note, head };
    this.#growing.published(snapshot);
    await journal.removeCovered(head.size);
    await this.#tiles.removePartials(earlier.head.size, head.size);
    if (!(await journal.isInPlace())) throw damaged('journal', 'its file was removed while the log was open');
    return note;
  }
}

function tooBig(bytes: number): SidecarError {
  return new SidecarError('data_invalid', `audit record of ${bytes} bytes, at most ${maxEntryBytes}`);
}
