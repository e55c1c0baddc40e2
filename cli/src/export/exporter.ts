import type { LogSource } from '@ferrohsm/sdk/node';
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
  readonly keys: readonly string[];
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
    const { source, keys, isWanted, signal } = this.#options;
    const reader = await LogReader.open(source, keys);
    await this.#demandContinuation(reader);
    if (this.next >= reader.checkpoint.size) return;
    for await (const { entries, next } of batchesOf(reader.entries(this.next), isWanted)) {
      signal.throwIfAborted();
      await this.#deliver(entries, reader);
      this.#advance(next, reader);
    }
  }

  async #demandContinuation(reader: LogReader): Promise<void> {
    const { origin, size } = reader.checkpoint;
    const earlier = this.#cursor;
    if (earlier === undefined) return;
    if (earlier.origin !== origin) throw discontinued(`it is ${origin}, the cursor is of ${earlier.origin}`);
    if (size < earlier.size) throw discontinued(`it has ${size} records, ${earlier.size} were verified before`);
    const root = Buffer.from(await reader.rootAt(earlier.size)).toString('hex');
    if (root !== earlier.root) throw discontinued(`its first ${earlier.size} records are others than before`);
  }

  async #deliver(entries: readonly LogEntry[], { checkpoint }: LogReader): Promise<void> {
    const { format, sink, keys, signal, warn } = this.#options;
    const messages = format(entries, { origin: checkpoint.origin, isSigned: keys.length > 0 });
    if (messages.length > 0) await retried(() => sink.deliver(messages, signal), { signal, warn });
  }

  #advance(next: number, { checkpoint: { origin, size, root } }: LogReader): void {
    this.#cursor = { origin, next, size, root: Buffer.from(root).toString('hex') };
    writeCursor(this.#options.cursorPath, this.#cursor);
  }
}

function discontinued(reason: string): CliError {
  return new CliError(
    1,
    `the log is not the continuation of what was exported: ${reason}`,
    'it was cut, forged or exchanged: keep it and the cursor, and compare with a copy',
  );
}
