import { type LogSource, type LogTrust, tileWidth } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import type { LogEntry } from '../log-reading/log-entry.ts';
import { LogReader } from '../log-reading/log-reader.ts';
import { batchesOf } from './batches.ts';
import { type Cursor, readCursor, writeCursor } from './cursor.ts';
import type { Sink } from './delivery.ts';
import type { ExportFormat } from './export-format.ts';
import { retried } from './retry.ts';

export interface ExporterOptions {
  readonly source: LogSource;
  /** Whom the checkpoints are checked with, if anybody; key rotations are followed. */
  readonly trust: LogTrust | undefined;
  readonly isWanted: (entry: LogEntry) => boolean;
  readonly format: ExportFormat;
  readonly sink: Sink;
  readonly cursorPath: string;
  /** First record of an export that has no cursor yet. */
  readonly start: number;
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
}

/**
 * Takes the records of a log to a sink, each at least once and in order. The cursor moves behind records only after the
 * sink has them.
 */
export class Exporter {
  readonly #options: ExporterOptions;
  #cursor: Cursor | undefined;

  /** @throws CliError 66, 65 for a cursor that cannot be read */
  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#cursor = readCursor(options.cursorPath);
  }

  /** First record that was not delivered. */
  get next(): number {
    return this.#cursor?.next ?? this.#options.start;
  }

  /**
   * Delivers everything up to the checkpoint of now.
   *
   * @throws CliError 1 when the log is not the continuation of what was exported, does not verify, or the sink refuses
   */
  async catchUp(): Promise<void> {
    const { isWanted, signal } = this.#options;
    const reader = await this.#open();
    await this.#demandContinuation(reader);
    if (this.next >= reader.checkpoint.size) return;
    const stand = await standOf(reader);
    for await (const { entries, next } of batchesOf(reader.entries(this.next), isWanted)) {
      signal.throwIfAborted();
      await this.#deliver(entries, reader);
      this.#advance({ ...stand, next });
    }
  }

  #open(): Promise<LogReader> {
    const { source, trust, warn } = this.#options;
    return LogReader.open(source, {
      trust,
      successions: this.#cursor?.successions,
      onPruned: (start, end) => warn(`records ${start} to ${end - 1} were pruned before they were delivered`),
    });
  }

  async #demandContinuation(reader: LogReader): Promise<void> {
    const { origin, size } = reader.checkpoint;
    const earlier = this.#cursor;
    if (earlier === undefined) return;
    if (earlier.origin !== origin) throw discontinued(`it is ${origin}, the cursor is of ${earlier.origin}`);
    if (size < earlier.size) throw discontinued(`it has ${size} records, ${earlier.size} were verified before`);
    // Of a bundle that was pruned no part can be compared.
    const isWhole = reader.minimumIndex <= earlier.size;
    const comparable = isWhole ? earlier.size : wholeBundles(earlier.size);
    if ((await hexRoot(reader, comparable)) === (isWhole ? earlier.root : earlier.bundlesRoot)) return;
    throw discontinued(`its first ${comparable} records are others than before`);
  }

  async #deliver(entries: readonly LogEntry[], { checkpoint, isSigned }: LogReader): Promise<void> {
    const { format, sink, signal, warn } = this.#options;
    const messages = format(entries, { origin: checkpoint.origin, isSigned });
    if (messages.length > 0) await retried(() => sink.deliver(messages, signal), { signal, warn });
  }

  #advance(cursor: Cursor): void {
    this.#cursor = cursor;
    writeCursor(this.#options.cursorPath, cursor);
  }
}

/** What a cursor keeps of a log besides how far it was delivered. */
async function standOf(reader: LogReader): Promise<Omit<Cursor, 'next'>> {
  const { origin, size } = reader.checkpoint;
  const [root, bundlesRoot] = [await hexRoot(reader, size), await hexRoot(reader, wholeBundles(size))];
  return { origin, size, root, bundlesRoot, successions: reader.successions };
}

async function hexRoot(reader: LogReader, size: number): Promise<string> {
  return Buffer.from(await reader.rootAt(size)).toString('hex');
}

function wholeBundles(size: number): number {
  return size - (size % tileWidth);
}

function discontinued(reason: string): CliError {
  return new CliError(
    1,
    `the log is not the continuation of what was exported: ${reason}`,
    'it was cut, forged or exchanged: keep it and the cursor, and compare with a copy',
  );
}
