import { SidecarError } from '../errors.ts';
import type { OutboundMessage } from './connection.ts';

/** A JSON text or a raw attachment. */
export type Piece = string | Uint8Array;

/** Hands the pieces to the system in one write where that is possible; calls `onWritten` when it has them all. */
export type WritePieces = (pieces: readonly Piece[], onWritten: () => void) => void;

interface Waiter {
  /** Number of the write that has to be done. */
  readonly write: number;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * What is sent to one peer. Everything that is sent until the event loop has gone through its events leaves in one
 * write: at many requests in flight that saves more than any other measure. Attachments are not copied.
 */
export class Outbox {
  readonly #write: WritePieces;
  readonly #onWritten: () => void;
  #pieces: Piece[] = [];
  #bytes = 0;
  #waitingBytes = 0;
  #writesStarted = 0;
  #writesDone = 0;
  #waiters: Waiter[] = [];
  #ended = false;
  #lost = false;

  /** @param onWritten called after each write, when `waitingBytes` is smaller */
  constructor(write: WritePieces, onWritten: () => void) {
    this.#write = write;
    this.#onWritten = onWritten;
  }

  /** Bytes that the system has not taken yet; text counts its UTF-16 units. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  add(text: string, attachments: readonly Uint8Array[]): void {
    if (this.#ended) {
      this.#lost = true;
      return;
    }
    if (this.#pieces.length === 0) setImmediate(() => this.#flush());
    this.#push(text);
    for (const attachment of attachments) this.#push(attachment);
  }

  /** Resolves when the system has everything that was added so far; rejects when some of it was lost. */
  whenFlushed(): Promise<void> {
    if (this.#lost) return Promise.reject(lostError());
    const write = this.#writesStarted + (this.#pieces.length === 0 ? 0 : 1);
    if (write === this.#writesDone) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ write, resolve, reject }));
  }

  /** The connection is gone. */
  end(): void {
    this.#ended = true;
    this.#lost ||= this.#pieces.length > 0 || this.#writesDone < this.#writesStarted;
    this.#pieces = [];
    for (const waiter of this.#waiters.splice(0)) waiter.reject(lostError());
  }

  #push(piece: Piece): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#waitingBytes += piece.length;
  }

  #flush(): void {
    if (this.#ended) return;
    const pieces = this.#pieces;
    const bytes = this.#bytes;
    this.#pieces = [];
    this.#bytes = 0;
    this.#writesStarted += 1;
    this.#write(pieces, () => this.#written(bytes));
  }

  #written(bytes: number): void {
    if (this.#ended) return;
    this.#writesDone += 1;
    this.#waitingBytes -= bytes;
    const done = this.#waiters.findIndex((waiter) => waiter.write > this.#writesDone);
    for (const waiter of this.#waiters.splice(0, done === -1 ? this.#waiters.length : done)) waiter.resolve();
    this.#onWritten();
  }
}

/** The JSON of a message or of a batch; attachments are announced by their lengths. */
export function textOf(messages: OutboundMessage | readonly OutboundMessage[]): string {
  return JSON.stringify(isBatch(messages) ? messages.map(announced) : announced(messages));
}

function isBatch(messages: OutboundMessage | readonly OutboundMessage[]): messages is readonly OutboundMessage[] {
  return Array.isArray(messages);
}

function announced({ value, attachments }: OutboundMessage): object {
  return attachments.length === 0 ? value : { ...value, attachments: attachments.map(({ length }) => length) };
}

function lostError(): SidecarError {
  return new SidecarError('connection_lost');
}
