import { SidecarError } from '../errors.ts';
import type { Journal } from './journal.ts';
import { type CheckpointMark, recordBytes } from './journal-payload.ts';
import type { EncodedRecord } from './record-encoding.ts';
import { failed } from './refusal.ts';

/** A block is closed when it holds this many bytes of records. */
const blockBytesMax = 1 << 20;
/** Above this average a sync would hold up the event loop for too long, even for a lone record. */
const syncMsMax = 1;
const syncWeight = 1 / 8;
/** A block of so many records waits for no more of them. */
const gatheredMax = 32;
/** Records that nobody waits for wait for others so long: each write costs more than the record itself. */
const unawaitedMs = 2;
/** And until so many bytes of them are there. */
const unawaitedBytesMax = 1 << 16;

interface Waiter<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}
interface PendingRecord extends EncodedRecord, Waiter<number> {
  /** An answer is held back until it is durable. */
  readonly isAwaited: boolean;
}
interface PendingMark extends Waiter<void> {
  readonly mark: CheckpointMark;
}

export interface CommitQueueOptions {
  readonly journal: Journal;
  /** Leaf index of the next record. */
  readonly nextIndex: number;
  /** The payload of a block's records, after their waiters were released. */
  readonly onDurable: (payload: Buffer) => void;
  /** Called once. */
  readonly onFailure: (error: SidecarError) => void;
  /** Hears how long each block took to become durable. */
  readonly onSync: (durationMs: number) => void;
}

/**
 * Group commit: what arrives during one sync is the next block. A lone record that is waited for is written by this thread with one
 * call on the O_DSYNC descriptor, which saves two hops through the thread pool.
 */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #records: PendingRecord[] = [];
  #recordBytes = 0;
  #marks: PendingMark[] = [];
  #durableSize: number;
  #nextIndex: number;
  /** Somebody waits for one of the records or marks. */
  #isAwaited = false;
  #isScheduled = false;
  #delay: NodeJS.Timeout | undefined;
  #isWriting = false;
  #averageSyncMs = 0;
  /** Records that the last turn had found, while a block waits for more. */
  #gathered = 0;
  /** Records of the block before: a record that comes alone in a crowd does not hold up the others. */
  #earlierRecords = 0;
  #failure: SidecarError | undefined;
  #isClosed = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: CommitQueueOptions) {
    this.#options = options;
    this.#durableSize = options.nextIndex;
    this.#nextIndex = options.nextIndex;
  }

  /** Records that are on stable storage. */
  get durableSize(): number {
    return this.#durableSize;
  }

  /** Leaf index that the next record gets. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Records of the blocks that are not begun, in bytes. */
  get unwrittenBytes(): number {
    return this.#recordBytes;
  }

  /** Resolves with the leaf index when the record is durable. */
  append(record: EncodedRecord): Promise<number> {
    return new Promise((resolve, reject) => this.#add({ ...record, isAwaited: true, resolve, reject }));
  }

  /**
   * Takes a record that nobody waits for.
   *
   * @throws SidecarError `audit_unavailable` at once; of a later failure only `onFailure` hears
   */
  enqueue(record: EncodedRecord): void {
    this.#add({ ...record, isAwaited: false, resolve: nothing, reject: nothing });
  }

  /** Resolves when the journal knows of the checkpoint. */
  appendMark(mark: CheckpointMark): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#marks.push({ mark, resolve, reject });
      this.#isAwaited = true;
      this.#schedule();
    });
  }

  /** Resolves when nothing is pending or being written, also after a failure. */
  async idle(): Promise<void> {
    while (this.#isScheduled || this.#isWriting || this.#delay !== undefined) {
      this.#hurry();
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    }
  }

  /** What made the log unusable. */
  get failure(): SidecarError | undefined {
    return this.#failure;
  }

  /** Refuses everything that is pending and everything that comes: after a failed sync nobody knows what the disk holds. */
  fail(cause: unknown, what: string): SidecarError {
    const isFirst = this.#failure === undefined;
    const failure = this.#failure ?? failed(what, cause);
    this.#failure = failure;
    for (const waiter of this.#takePending()) waiter.reject(failure);
    if (isFirst) this.#options.onFailure(failure);
    return failure;
  }

  /** Later records are refused; what is pending and checkpoints are still written. */
  refuseFurther(): void {
    this.#isClosed = true;
  }

  #takePending(): (PendingRecord | PendingMark)[] {
    const pending = [...this.#records, ...this.#marks];
    this.#records = [];
    this.#recordBytes = 0;
    this.#marks = [];
    return pending;
  }

  #add(record: PendingRecord): void {
    if (this.#failure !== undefined || this.#isClosed) throw this.#failure ?? closed();
    this.#records.push(record);
    this.#nextIndex += 1;
    this.#recordBytes += recordBytes(record);
    this.#isAwaited ||= record.isAwaited;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isWriting) return;
    if (this.#isUnhurried()) this.#delay ??= setTimeout(() => this.#hurry(), unawaitedMs);
    else this.#hurry();
  }

  #isUnhurried(): boolean {
    return !this.#isAwaited && this.#records.length > 0 && this.#recordBytes < unawaitedBytesMax;
  }

  /** Writes what is there in the next turn of the event loop. */
  #hurry(): void {
    clearTimeout(this.#delay);
    this.#delay = undefined;
    if (this.#isScheduled || this.#isWriting) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#isGathering()) this.#hurry();
      else this.#flush();
    });
  }

  /** While each turn brings more, the block waits: a write costs the same for one record as for many. */
  #isGathering(): boolean {
    const count = this.#records.length;
    const isGathering = count > Math.max(1, this.#gathered) && count < gatheredMax;
    this.#gathered = isGathering ? count : 0;
    return isGathering;
  }

  #flush(): void {
    if (this.#records.length > 0 || this.#marks.length > 0) this.#write();
    else this.#becomeIdle();
  }

  #write(): void {
    const records = this.#takeRecords();
    const marks = this.#marks;
    this.#marks = [];
    this.#isAwaited = this.#records.some(({ isAwaited }) => isAwaited);
    const started = performance.now();
    this.#isWriting = true;
    const isLone = this.#isLone(records, marks);
    this.#earlierRecords = records.length;
    try {
      const { frames, payload } = this.#options.journal.seal({ records, marks: marks.map(({ mark }) => mark) });
      if (isLone) {
        this.#options.journal.writeSync(frames);
        this.#finish(records, marks, payload, started);
      } else {
        this.#options.journal.write(frames).then(
          () => this.#finish(records, marks, payload, started),
          (error) => this.#abandon(records, marks, error),
        );
      }
    } catch (error) {
      this.#abandon(records, marks, error);
    }
  }

  /** A record that nobody waits for must not hold up the thread that sends the answer. */
  #isLone(records: readonly PendingRecord[], marks: readonly PendingMark[]): boolean {
    return (
      records.length === 1 &&
      records[0]?.isAwaited === true &&
      marks.length === 0 &&
      this.#earlierRecords <= 1 &&
      this.#averageSyncMs <= syncMsMax &&
      this.#options.journal.canWriteSync
    );
  }

  #takeRecords(): PendingRecord[] {
    let taken = this.#records;
    if (this.#recordBytes <= blockBytesMax) {
      this.#records = [];
      this.#recordBytes = 0;
      return taken;
    }
    let bytes = 0;
    const end = taken.findIndex((record) => {
      bytes += recordBytes(record);
      return bytes > blockBytesMax;
    });
    taken = this.#records.splice(0, end + 1);
    this.#recordBytes -= bytes;
    return taken;
  }

  #finish(records: PendingRecord[], marks: PendingMark[], payload: Buffer | undefined, started: number): void {
    const syncMs = performance.now() - started;
    this.#averageSyncMs += (syncMs - this.#averageSyncMs) * syncWeight;
    this.#options.onSync(syncMs);
    for (const record of records) {
      record.resolve(this.#durableSize);
      this.#durableSize += 1;
    }
    for (const mark of marks) mark.resolve();
    if (payload !== undefined) this.#options.onDurable(payload);
    this.#isWriting = false;
    // In the next turn: whoever was answered may have something to write again.
    this.#schedule();
  }

  #abandon(records: PendingRecord[], marks: PendingMark[], error: unknown): void {
    this.#isWriting = false;
    this.#records.unshift(...records);
    this.#marks.unshift(...marks);
    this.fail(error, 'writing the journal');
    this.#becomeIdle();
  }

  #becomeIdle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

function nothing(): void {}

function closed(): SidecarError {
  return new SidecarError('audit_unavailable', 'the log is closed');
}
