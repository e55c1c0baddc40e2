import type { SidecarError } from '../errors.ts';
import { type LogSigners, verifierKeys } from './checkpoint.ts';
import { CheckpointLag } from './checkpoint-lag.ts';
import { CheckpointSchedule } from './checkpoint-schedule.ts';
import { ClockWatch } from './clock-watch.ts';
import { CommitQueue } from './commit-queue.ts';
import type { LogFiles } from './files.ts';
import { foundRecord } from './found-record.ts';
import type { Journal } from './journal.ts';
import { encodeRecords } from './journal-payload.ts';
import type { AuditLog, CheckpointWitness, Erased, FoundRecord, UnpublishedRecords } from './log.ts';
import type { LogTree } from './log-tree.ts';
import type { LoggedRecord } from './logged-record.ts';
import { Publication } from './publication.ts';
import { formatReceipt } from './receipt.ts';
import { type AuditEntry, type EncodedRecord, encodeRecord } from './record-encoding.ts';
import { failed } from './refusal.ts';
import type { PublishedCheckpoint } from './stored-log.ts';
import { Upkeep } from './upkeep.ts';

/** A checkpoint is made early when more than this waits for one. */
const unpublishedBytesEarly = 8 << 20;
/** Appends wait for a checkpoint when more than this waits for one. */
const unpublishedBytesMax = 64 << 20;
/** A record that nobody waits for waits like the others when more than this waits for the disk: at most that is lost. */
const unwrittenBytesMax = 1 << 20;
/** Time between two looks whether the journal's file is still there while nothing is written. */
const guardIntervalMs = 1000;
/** A receipt waits for the cosignatures of witnesses for so long. */
const witnessWaitMs = 10_000;

export interface TransparencyLogOptions {
  readonly files: LogFiles;
  readonly folder: string;
  readonly origin: string;
  /** Version of the program that writes the records. */
  readonly software: string;
  /** Holds exactly `tail` beyond the tree. */
  readonly journal: Journal;
  readonly published: PublishedCheckpoint;
  readonly tree: LogTree;
  readonly tail: readonly LoggedRecord[];
  readonly minimumIndex: number;
  /** Milliseconds since 1970 of the last record. */
  readonly lastTimeMs: number;
  readonly now: () => number;
  /** Asked behind each record for one more to write right behind it. */
  readonly companion: (entry: AuditEntry, size: number) => AuditEntry | undefined;
  readonly onFailure: (error: SidecarError) => void;
  readonly onSync: (durationMs: number) => void;
  readonly checkpointIntervalMs: number;
  readonly checkpointSpacingMs: number;
}

/** The log while it is open: journal first, tree and checkpoint behind. */
export class TransparencyLog implements AuditLog {
  readonly origin: string;
  readonly #options: TransparencyLogOptions;
  readonly #queue: CommitQueue;
  readonly #publication: Publication;
  readonly #schedule: CheckpointSchedule;
  readonly #clock: ClockWatch;
  #guard: NodeJS.Timeout | undefined;
  readonly #upkeep: Upkeep;
  #witness: CheckpointWitness | undefined;
  #addedBytes = 0;
  readonly #lag = new CheckpointLag();
  #closing: Promise<void> | undefined;

  constructor(options: TransparencyLogOptions) {
    this.#options = options;
    this.origin = options.origin;
    this.#clock = new ClockWatch(options.now, options.lastTimeMs);
    this.#queue = new CommitQueue({
      journal: options.journal,
      nextIndex: options.published.head.size + options.tail.length,
      onDurable: (payload) => this.#follow(payload),
      onFailure: options.onFailure,
      onSync: options.onSync,
    });
    this.#publication = new Publication({ ...options, appendMark: (mark) => this.#queue.appendMark(mark) });
    this.#schedule = new CheckpointSchedule({
      publish: () => this.#publish(),
      intervalMs: options.checkpointIntervalMs,
      spacingMs: options.checkpointSpacingMs,
    });
    this.#upkeep = new Upkeep({
      ...options,
      publication: this.#publication,
      append: (entry) => this.#appendAt(entry),
      checkpoint: () => this.#schedule.request(),
    });
    if (options.tail.length > 0) options.tree.add(encodeRecords(options.tail));
  }

  /** Looks again and again from now on whether the log is still in its place: a new one has its first checkpoint by now. */
  guard(): void {
    this.#guard = setInterval(() => void this.#look(), guardIntervalMs);
    this.#guard.unref();
  }

  get verifierKeys(): readonly string[] {
    return verifierKeys(this.origin, this.#publication.signers);
  }

  get size(): number {
    return this.#queue.durableSize;
  }

  get timeMs(): number {
    return this.#clock.timeMs;
  }

  get isFailed(): boolean {
    return this.#queue.failure !== undefined;
  }

  get unpublished(): UnpublishedRecords {
    const { lagMs, ageMs } = this.#lag;
    const records = this.size - this.#publication.published.head.size;
    return { records, bytes: this.#unpublishedBytes, lagMs, ageMs };
  }

  append(entry: AuditEntry): Promise<number> {
    if (this.#unpublishedBytes > unpublishedBytesMax) return this.#appendLater(entry);
    try {
      return this.#appendAt(entry).isDurable;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async enqueue(entry: AuditEntry): Promise<void> {
    if (this.#unpublishedBytes > unpublishedBytesMax || this.#queue.unwrittenBytes > unwrittenBytesMax) {
      await this.append(entry);
      return;
    }
    this.#queue.enqueue(this.#encode(entry));
    this.#accompany(entry);
  }

  attachWitness(witness: CheckpointWitness): void {
    this.#witness = witness;
    const { note, head } = this.#publication.published;
    witness.submit(note, head.size);
  }

  cosign(lines: readonly string[], size: number): void {
    this.#publication.cosign(lines, size).catch((error) => this.#queue.fail(error, 'publishing cosignatures'));
  }

  checkpoint(): Promise<string> {
    return this.#schedule.request();
  }

  async records(from: number, limit: number): Promise<FoundRecord[]> {
    const start = Math.max(from, this.minimumIndex);
    const end = Math.min(start + limit, this.size);
    if (end <= start) return [];
    const stored = await this.#read(() => this.#options.tree.records(start, end));
    return stored.map((record, i) => foundRecord(record, start + i));
  }

  async receipt(index: number): Promise<string> {
    if (this.#publication.published.head.size <= index) await this.#schedule.request();
    // Without them the receipt is as good as the log's own word.
    await this.#witness?.whenWitnessed(index + 1, AbortSignal.timeout(witnessWaitMs)).catch(() => undefined);
    const { note, cosignatures, head } = this.#publication.covering(index);
    const { tree } = this.#options;
    const [record] = await this.#read(() => tree.records(index, index + 1));
    const path = await this.#read(() => tree.inclusion(index, head.size));
    return formatReceipt({ leaf: record?.leaf ?? Buffer.alloc(0), index, path, note: note + cosignatures });
  }

  consistency(earlierSize: number, size: number): Promise<readonly Buffer[]> {
    return this.#read(() => this.#options.tree.consistency(earlierSize, size));
  }

  get minimumIndex(): number {
    return this.#upkeep.minimumIndex;
  }

  /** Looks after all files, as a start does. */
  tend(): Promise<void> {
    return this.#upkeep.tendAll();
  }

  /** A start finds the record of a rotation that no checkpoint covers yet. */
  succeed(signers: LogSigners, recordIndex: number): void {
    this.#publication.succeed(signers, recordIndex);
  }

  rotateKeys(signers: LogSigners): Promise<void> {
    return this.#upkeep.rotateKeys(signers);
  }

  prune(minimumIndex: number): Promise<void> {
    return this.#upkeep.prune(minimumIndex);
  }

  erasePersonal(principal: string, endIndex: number): Promise<Erased> {
    return this.#upkeep.erasePersonal(principal, endIndex);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #unpublishedBytes(): number {
    return this.#addedBytes - this.#publication.publishedBytes;
  }

  async #close(): Promise<void> {
    clearInterval(this.#guard);
    this.#queue.refuseFurther();
    await this.#queue.idle();
    try {
      if (this.#queue.failure === undefined) await this.#schedule.request();
    } finally {
      await this.#schedule.stop();
      await this.#queue.idle();
      await this.#publication.idle();
      await this.#options.tree.close();
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

  #encode(entry: AuditEntry): EncodedRecord {
    const { software } = this.#options;
    const { timeMs, step } = this.#clock.read();
    const record = encodeRecord(entry, timeMs, software);
    if (step !== undefined) this.#queue.enqueue(encodeRecord(step, timeMs, software));
    this.#clock.advance(timeMs);
    return record;
  }

  #appendAt(entry: AuditEntry): { index: number; isDurable: Promise<number> } {
    const record = this.#encode(entry);
    const index = this.#queue.nextIndex;
    const isDurable = this.#queue.append(record);
    this.#accompany(entry);
    return { index, isDurable };
  }

  #accompany(entry: AuditEntry): void {
    const companion = this.#options.companion(entry, this.size);
    if (companion !== undefined) this.#queue.enqueue(this.#encode(companion));
  }

  async #appendLater(entry: AuditEntry): Promise<number> {
    await this.#schedule.request();
    return this.append(entry);
  }

  #follow(payload: Buffer): void {
    this.#addedBytes += payload.length;
    this.#lag.leavesArrived();
    this.#options.tree.add(payload);
    if (this.#unpublishedBytes > unpublishedBytesEarly) this.#schedule.request().catch(() => undefined);
    else this.#schedule.leavesArrived();
    const { journal } = this.#options;
    if (journal.needsNext) journal.prepareNext().catch((error) => this.#queue.fail(error, 'preparing the journal'));
  }

  async #publish(): Promise<string> {
    if (this.#queue.failure !== undefined) throw this.#queue.failure;
    try {
      this.#lag.begin();
      const note = await this.#publication.publish(this.size, this.#addedBytes, this.#clock.timeMs);
      this.#lag.published();
      this.#witness?.submit(note, this.#publication.published.head.size);
      return note;
    } catch (error) {
      throw this.#queue.fail(error, 'publishing a checkpoint');
    }
  }

  /** What is read is never the end of the log, but it must be what was written. */
  async #read<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw failed('reading the log', error);
    }
  }

  /** Somebody may remove the file that records go to while no checkpoint is due. */
  async #look(): Promise<void> {
    if (this.#queue.failure !== undefined || this.#closing !== undefined) return;
    try {
      await this.#publication.requireInPlace();
      await this.#upkeep.tendNext();
    } catch (error) {
      if (this.#closing === undefined) this.#queue.fail(error, 'looking after the log');
    }
  }
}
