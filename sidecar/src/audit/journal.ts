import { type LogFiles, syncFolder, writeAll, writeAllSync, writesAreDurable } from './files.ts';
import { chainStart, type EncodedFrame, encodeFrame } from './frame.ts';
import {
  type CheckpointMark,
  encodeHeader,
  encodeMark,
  encodeRecords,
  fillRecords,
  recordsPayloadBytes,
} from './journal-payload.ts';
import { closeOnFailure, createSegment, segmentName } from './journal-segment.ts';
import type { LoggedRecord } from './logged-record.ts';
import type { KeyedMac } from './mac.ts';
import type { EncodedRecord } from './record-encoding.ts';
import { bundleBytes } from './tiles.ts';

const blockBytesMax = 1 << 20;

export interface JournalOptions {
  readonly files: LogFiles;
  /** The journal's own folder; exists. */
  readonly folder: string;
  readonly mac: KeyedMac;
  readonly origin: string;
  readonly segmentBytes: number;
}

/** Where a journal begins: everything that is not in the tiles of the checkpoint. */
export interface JournalStart {
  readonly sequence: number;
  readonly previousMac: Buffer;
  readonly checkpoint: CheckpointMark;
  /** Records from `checkpoint.size` on. */
  readonly tail: readonly LoggedRecord[];
}

/** What one write makes durable. */
export interface Block {
  readonly records: readonly EncodedRecord[];
  readonly marks: readonly CheckpointMark[];
}

interface Segment {
  readonly sequence: number;
  readonly fd: number;
}

interface BegunSegment extends Segment {
  /** Leaf index of the first record in it. */
  readonly firstIndex: number;
}

/** Append-only segments with a chained MAC. One write at a time; the caller sees to that. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #previous: (BegunSegment & { readonly endIndex: number })[] = [];
  #segment: BegunSegment;
  #next: Segment | undefined;
  #preparing: Promise<void> | undefined;
  #offset: number;
  #isEnded = false;
  #chain: Buffer;
  #nextIndex: number;
  #checkpoint: CheckpointMark;

  private constructor(options: JournalOptions, start: JournalStart, segment: BegunSegment, written: EncodedFrame) {
    this.#options = options;
    this.#segment = segment;
    this.#offset = written.bytes.length;
    this.#chain = written.mac;
    this.#nextIndex = start.checkpoint.size + start.tail.length;
    this.#checkpoint = start.checkpoint;
  }

  /**
   * Writes a first segment that holds the whole tail, syncs it and voids all earlier ones. Done at every start:
   * what was read back may exist in the page cache only, and a descriptor whose sync failed may say ok the next
   * time (fsyncgate), so the tail is trusted in a new file only.
   */
  static async start(options: JournalOptions, start: JournalStart): Promise<Journal> {
    const { files, folder } = options;
    const frames = startFrames(options, start);
    const path = `${folder}/${segmentName(start.sequence)}`;
    const fd = await createSegment(options, `${path}.tmp`, frames.bytes);
    await closeOnFailure(files, fd, async () => {
      await files.rename(`${path}.tmp`, path);
      await syncFolder(files, folder);
    });
    const segment = { sequence: start.sequence, fd, firstIndex: start.checkpoint.size };
    return new Journal(options, start, segment, frames);
  }

  /** Whether {@link writeSync} reaches stable storage with one call. */
  readonly canWriteSync = writesAreDurable;

  /** The frames of a block for the next write, and the payload of its records as a view into them. Moves the chain on. */
  seal(block: Block): { frames: Buffer[]; payload: Buffer | undefined } {
    const frames: Buffer[] = [];
    if (this.#next !== undefined && (this.#isEnded || this.#offset >= this.#options.segmentBytes))
      frames.push(this.#switch(this.#next));
    let payload: Buffer | undefined;
    if (block.records.length > 0) {
      const bytes = recordsPayloadBytes(block.records);
      frames.push(
        this.#frame(bytes, (target) => {
          fillRecords(target, block.records);
          payload = target;
        }),
      );
    }
    for (const mark of block.marks) frames.push(this.#copied(encodeMark(mark)));
    this.#nextIndex += block.records.length;
    this.#checkpoint = block.marks.at(-1) ?? this.#checkpoint;
    return { frames, payload };
  }

  /**
   * Each frame is durable before the next is begun: behind a frame that a crash cut, replay finds zeros only, and
   * takes anything else for damage.
   */
  async write(frames: readonly Buffer[]): Promise<void> {
    const { files } = this.#options;
    for (const frame of frames) {
      await writeAll(files, this.#segment.fd, frame, this.#offset);
      if (!writesAreDurable) await files.sync(this.#segment.fd);
      this.#offset += frame.length;
    }
  }

  /** The same on this thread; only where {@link canWriteSync}. */
  writeSync(frames: readonly Buffer[]): void {
    for (const frame of frames) {
      writeAllSync(this.#options.files, this.#segment.fd, frame, this.#offset);
      this.#offset += frame.length;
    }
  }

  /** Whether nobody removed or replaced the file that records go to. */
  isInPlace(): Promise<boolean> {
    const { sequence, fd } = this.#segment;
    return this.#options.files.isInPlace(fd, `${this.#options.folder}/${segmentName(sequence)}`);
  }

  /** Leaf index of the oldest record that the journal still holds. */
  get oldestIndex(): number {
    return (this.#previous[0] ?? this.#segment).firstIndex;
  }

  /** Half full: {@link prepareNext} is due. */
  get needsNext(): boolean {
    const isDue = this.#offset >= this.#options.segmentBytes / 2;
    return isDue && this.#next === undefined && this.#preparing === undefined;
  }

  /** The next block goes to the next segment, when that is prepared. */
  endSegment(): void {
    if (this.#next !== undefined) this.#isEnded = true;
  }

  /** Prepares the segment after this one; the next block after this one's end goes there. */
  prepareNext(): Promise<void> {
    this.#preparing ??= this.#prepare().finally(() => {
      this.#preparing = undefined;
    });
    return this.#preparing;
  }

  async #prepare(): Promise<void> {
    if (this.#next !== undefined) return;
    const sequence = this.#segment.sequence + 1;
    const fd = await createSegment(this.#options, `${this.#options.folder}/${segmentName(sequence)}`, Buffer.alloc(0));
    await closeOnFailure(this.#options.files, fd, () => syncFolder(this.#options.files, this.#options.folder));
    this.#next = { sequence, fd };
  }

  /** Removes the segments whose records are all in the tiles of a checkpoint of that size, the oldest first. */
  async removeCovered(size: number): Promise<void> {
    for (let oldest = this.#previous[0]; oldest !== undefined; oldest = this.#previous[0]) {
      if (oldest.endIndex > size) return;
      this.#previous.shift();
      await this.#options.files.close(oldest.fd);
      await this.#options.files.remove(`${this.#options.folder}/${segmentName(oldest.sequence)}`);
    }
  }

  /** Closes the files and wipes the MAC's key. */
  async close(): Promise<void> {
    await this.#preparing?.catch(() => undefined);
    const open = [...this.#previous, this.#segment, ...(this.#next === undefined ? [] : [this.#next])];
    this.#previous.length = 0;
    this.#next = undefined;
    for (const { fd } of open) await this.#options.files.close(fd);
    this.#options.mac.dispose();
  }

  #switch(next: Segment): Buffer {
    this.#previous.push({ ...this.#segment, endIndex: this.#nextIndex });
    const previousMac = this.#chain;
    this.#segment = { ...next, firstIndex: this.#nextIndex };
    this.#next = undefined;
    this.#isEnded = false;
    this.#offset = 0;
    this.#chain = chainStart;
    return this.#copied(
      encodeHeader({
        sequence: next.sequence,
        startsOver: false,
        firstIndex: this.#nextIndex,
        previousMac,
        checkpoint: this.#checkpoint,
        origin: this.#options.origin,
      }),
    );
  }

  #copied(payload: Buffer): Buffer {
    return this.#frame(payload.length, (target) => payload.copy(target));
  }

  #frame(payloadBytes: number, fill: (payload: Buffer) => void): Buffer {
    const frame = encodeFrame(this.#options.mac, this.#chain, payloadBytes, fill);
    this.#chain = frame.mac;
    return frame.bytes;
  }
}

/** Header and tail as one run of frames. */
function startFrames(options: JournalOptions, start: JournalStart): EncodedFrame {
  const { sequence, previousMac, checkpoint } = start;
  const header = { sequence, startsOver: true, firstIndex: checkpoint.size, previousMac, checkpoint };
  const payloads = [encodeHeader({ ...header, origin: options.origin }), ...blocks(start.tail).map(encodeRecords)];
  const frames: Buffer[] = [];
  let chain: Buffer = chainStart;
  for (const payload of payloads) {
    const frame = encodeFrame(options.mac, chain, payload.length, (target) => payload.copy(target));
    frames.push(frame.bytes);
    chain = frame.mac;
  }
  return { bytes: Buffer.concat(frames), mac: chain };
}

function blocks(records: readonly LoggedRecord[]): LoggedRecord[][] {
  const all: LoggedRecord[][] = [];
  let room = 0;
  for (const record of records) {
    const bytes = bundleBytes([record.leaf, record.opening]);
    if (bytes > room) {
      all.push([]);
      room = blockBytesMax;
    }
    all.at(-1)?.push(record);
    room -= bytes;
  }
  return all;
}
