import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { systemCode } from '../errors.ts';
import { type Sink, SinkError } from './delivery.ts';

const lineFeed = 0x0a;
const chunkBytes = 64 * 1024;

/** Lines at the end of a file, on stable storage before they count as delivered. */
export class FileSink implements Sink {
  readonly #path: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async deliver(messages: readonly string[]): Promise<void> {
    try {
      this.#descriptor ??= openLines(this.#path);
      appendWhole(this.#descriptor, Buffer.from(messages.map((message) => `${message}\n`).join('')));
    } catch (cause) {
      throw new SinkError(`cannot write ${this.#path} (${systemCode(cause) ?? 'unknown reason'})`, { cause });
    }
  }

  reopen(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  async close(): Promise<void> {
    this.reopen();
  }
}

/** Opens the file to append, without the half line that a process which was killed may have left. */
function openLines(path: string): number {
  const descriptor = openSync(path, 'a+', 0o600);
  if (fstatSync(descriptor).isFile()) ftruncateSync(descriptor, endOfLastLine(descriptor));
  return descriptor;
}

function endOfLastLine(descriptor: number): number {
  const chunk = Buffer.alloc(chunkBytes);
  for (let end = fstatSync(descriptor).size; end > 0; ) {
    const start = Math.max(0, end - chunkBytes);
    const count = readSync(descriptor, chunk, 0, end - start, start);
    const at = chunk.lastIndexOf(lineFeed, count - 1);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

/** All of it or nothing: a full disk shortens a write without an error, and the next one tells. */
function appendWhole(descriptor: number, bytes: Buffer): void {
  const before = fstatSync(descriptor);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    if (before.isFile()) fdatasyncSync(descriptor);
  } catch (error) {
    if (before.isFile()) ftruncateSync(descriptor, before.size);
    throw error;
  }
}
