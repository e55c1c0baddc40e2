import { SidecarError } from '../errors.ts';
import { releaseBytes } from '../released-bytes.ts';
import { AttachmentIntake } from './attachment-intake.ts';
import type { ConnectionLimits, InboundFrame } from './connection.ts';
import { checkMessageBytes, frameOf, invalidFrame, openEnvelope } from './envelope.ts';
import type { JsonScanner } from './json-scanner.ts';
import { LineBuffer } from './line-buffer.ts';

const newline = 0x0a;
const nothing = Buffer.alloc(0);

/** What a reader tells of the bytes that it was given. */
export interface FrameSink {
  /** @param bytes that the frame holds in memory until it is answered */
  onFrame(frame: InboundFrame, bytes: number): void;
  /** Called after the `invalid` frame behind which nothing can be understood. */
  onBroken(): void;
}

/**
 * Cuts a byte stream into frames: a line of JSON, then the attachments that it announced, back to back. Enforces the
 * limits while the bytes arrive and wipes every chunk that it was given.
 */
export class FrameReader {
  readonly #limits: ConnectionLimits;
  readonly #scanner: JsonScanner;
  readonly #sink: FrameSink;
  readonly #line = new LineBuffer();
  #intake: AttachmentIntake | undefined;
  #first = true;
  #stopped = false;

  constructor(limits: ConnectionLimits, scanner: JsonScanner, sink: FrameSink) {
    this.#limits = limits;
    this.#scanner = scanner;
    this.#sink = sink;
  }

  /** Half a message has arrived. */
  get partial(): boolean {
    return this.#line.length > 0 || this.#intake !== undefined;
  }

  /** Takes the chunk over: it is wiped, and its memory may be gone. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      at = this.#intake === undefined ? this.#takeLine(chunk, at) : this.#takeAttachments(this.#intake, chunk, at);
    }
    releaseBytes(chunk);
  }

  /** Wipes what is half there; whatever comes later is only wiped. */
  stop(): void {
    this.#stopped = true;
    this.#line.clear();
    this.#intake?.wipe();
    this.#intake = undefined;
  }

  #takeLine(chunk: Buffer, from: number): number {
    const found = chunk.indexOf(newline, from);
    const end = found === -1 ? chunk.length : found;
    const piece = chunk.subarray(from, end);
    try {
      checkMessageBytes(this.#line.length + piece.length, this.#first, this.#limits);
    } catch (error) {
      this.#break(error);
      return chunk.length;
    }
    if (found === -1) this.#line.append(piece);
    else this.#openLine(this.#line.length === 0 ? piece : this.#line.append(piece));
    return end + 1;
  }

  #openLine(line: Buffer): void {
    try {
      this.#intake = new AttachmentIntake(openEnvelope(line, this.#first, this.#limits, this.#scanner));
    } catch (error) {
      if (endsWithLine(error, line)) this.#sink.onFrame(invalidFrame(error), line.length);
      else this.#break(error);
    }
    this.#first = false;
    this.#line.clear();
    if (this.#intake !== undefined) this.#advance(this.#intake);
  }

  #takeAttachments(intake: AttachmentIntake, chunk: Buffer, from: number): number {
    const end = intake.take(chunk, from);
    this.#advance(intake);
    return end;
  }

  /** An attachment without bytes has nothing to wait for. */
  #advance(intake: AttachmentIntake): void {
    while (!intake.complete && intake.dueBytes === 0) intake.take(nothing, 0);
    if (!intake.complete) return;
    this.#intake = undefined;
    this.#sink.onFrame(frameOf(intake.envelope), intake.envelope.bytes);
  }

  #break(error: unknown): void {
    this.stop();
    this.#sink.onFrame(invalidFrame(error), 0);
    this.#sink.onBroken();
  }
}

/**
 * Whether a broken line ends at its newline, so that reading can go on. What may announce attachments does not: their
 * bytes, which may come from a third party, would be taken for requests. `\u` may spell the member's name.
 */
function endsWithLine(error: unknown, line: Buffer): boolean {
  if (!(error instanceof SidecarError) || error.code === 'message_too_big') return false;
  return !line.includes('attachments') && !line.includes('\\u');
}
