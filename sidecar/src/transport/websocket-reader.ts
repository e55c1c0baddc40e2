import { SidecarError } from '../errors.ts';
import { AttachmentIntake } from './attachment-intake.ts';
import type { ConnectionLimits } from './connection.ts';
import { frameOf, invalidFrame, openEnvelope } from './envelope.ts';
import type { FrameSink } from './frame-reader.ts';
import type { JsonScanner } from './json-scanner.ts';

/**
 * Puts frames together from WebSocket messages: a text is JSON, each binary message after it one attachment that it
 * announced. Wipes what it was given.
 */
export class WebSocketReader {
  readonly #limits: ConnectionLimits;
  readonly #scanner: JsonScanner;
  readonly #sink: FrameSink;
  #intake: AttachmentIntake | undefined;
  #first = true;
  #stopped = false;

  constructor(limits: ConnectionLimits, scanner: JsonScanner, sink: FrameSink) {
    this.#limits = limits;
    this.#scanner = scanner;
    this.#sink = sink;
  }

  /** Announced attachments have not arrived. */
  get partial(): boolean {
    return this.#intake !== undefined;
  }

  pushText(json: Buffer): void {
    if (!this.#stopped) this.#takeText(json);
    json.fill(0);
  }

  pushBinary(fragments: readonly Buffer[]): void {
    if (!this.#stopped) this.#takeBinary(fragments);
    for (const fragment of fragments) fragment.fill(0);
  }

  stop(): void {
    this.#stopped = true;
    this.#intake?.wipe();
    this.#intake = undefined;
  }

  #takeText(json: Buffer): void {
    const first = this.#first;
    this.#first = false;
    if (this.#intake !== undefined) {
      this.#break(new SidecarError('invalid_request', 'a text where an attachment was announced'));
      return;
    }
    try {
      this.#intake = new AttachmentIntake(openEnvelope(json, first, this.#limits, this.#scanner));
    } catch (error) {
      this.#refuse(error);
      return;
    }
    this.#deliverIfComplete(this.#intake);
  }

  #takeBinary(fragments: readonly Buffer[]): void {
    const intake = this.#intake;
    const length = fragments.reduce((sum, fragment) => sum + fragment.length, 0);
    if (intake === undefined || length !== intake.dueBytes) {
      this.#break(
        new SidecarError('invalid_request', 'a binary message that was not announced, or not with its length'),
      );
      return;
    }
    if (length === 0) intake.take(Buffer.alloc(0), 0);
    else for (const fragment of fragments) intake.take(fragment, 0);
    this.#deliverIfComplete(intake);
  }

  #deliverIfComplete(intake: AttachmentIntake): void {
    if (!intake.complete) return;
    this.#intake = undefined;
    this.#sink.onFrame(frameOf(intake.envelope), intake.envelope.bytes);
  }

  /** Text and binary messages cannot be confused, so a broken text harms nothing that follows. */
  #refuse(error: unknown): void {
    if (error instanceof SidecarError && error.code !== 'message_too_big') this.#sink.onFrame(invalidFrame(error), 0);
    else this.#break(error);
  }

  #break(error: unknown): void {
    this.stop();
    this.#sink.onFrame(invalidFrame(error), 0);
    this.#sink.onBroken();
  }
}
