import { CKR } from './constants/return-values.ts';
import { type Frame, frameHeaderBytes } from './frame.ts';
import { FrameContent } from './frame-content.ts';
import type { FrameLimits } from './limits.ts';
import { CryptokiRefusal } from './refusal.ts';

/** What a reader tells of the bytes that it was given. */
export interface FrameSink {
  /** The first byte of a stream: the highest protocol version of a client, or what a server chose. */
  onHandshake(version: number): void;
  onFrame(frame: Frame): void;
  /** A frame beyond the limits. It is skipped: the stream goes on, and its call can be answered. */
  onRefused(code: number, refusal: CryptokiRefusal): void;
}

/**
 * Cuts a stream into frames, however its bytes are chunked. There is nothing in a stream that it cannot go on behind: whoever
 * hangs up on the stock client kills its application by SIGPIPE.
 */
export class FrameReader {
  readonly #limits: FrameLimits;
  readonly #sink: FrameSink;
  readonly #header = Buffer.alloc(frameHeaderBytes);
  #headerBytes = 0;
  #greeted = false;
  #content: FrameContent | undefined;
  /** Bytes still to come of a frame that is refused. */
  #skipped = 0;

  constructor(limits: FrameLimits, sink: FrameSink) {
    this.#limits = limits;
    this.#sink = sink;
  }

  /** Copies what it needs: the chunk stays its owner's, to wipe. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at += this.#take(chunk, at);
  }

  /** Wipes what is half there. */
  stop(): void {
    this.#content?.wipe();
    this.#content = undefined;
  }

  /** @returns how many bytes of the chunk were taken, from a place on */
  #take(chunk: Buffer, from: number): number {
    if (!this.#greeted) return this.#takeHandshake(chunk, from);
    if (this.#skipped > 0) return this.#skip(chunk.length - from);
    if (this.#content !== undefined) return this.#takeContent(this.#content, chunk, from);
    return this.#takeHeader(chunk, from);
  }

  #takeHandshake(chunk: Buffer, from: number): number {
    this.#greeted = true;
    this.#sink.onHandshake(chunk.readUInt8(from));
    return 1;
  }

  #skip(bytes: number): number {
    const taken = Math.min(this.#skipped, bytes);
    this.#skipped -= taken;
    return taken;
  }

  #takeHeader(chunk: Buffer, from: number): number {
    const missing = frameHeaderBytes - this.#headerBytes;
    const taken = chunk.copy(this.#header, this.#headerBytes, from, from + missing);
    this.#headerBytes += taken;
    if (this.#headerBytes === frameHeaderBytes) this.#open();
    return taken;
  }

  #open(): void {
    this.#headerBytes = 0;
    const code = this.#header.readUInt32BE(0);
    const optionBytes = this.#header.readUInt32BE(4);
    const bodyBytes = this.#header.readUInt32BE(8);
    if (optionBytes > this.#limits.optionBytes || bodyBytes > this.#limits.bodyBytes) {
      this.#skipped = optionBytes + bodyBytes;
      this.#sink.onRefused(code, tooLarge(optionBytes, bodyBytes));
      return;
    }
    this.#content = new FrameContent(code, optionBytes, bodyBytes);
    this.#complete(this.#content);
  }

  #takeContent(content: FrameContent, chunk: Buffer, from: number): number {
    const taken = content.append(chunk, from);
    this.#complete(content);
    return taken;
  }

  #complete(content: FrameContent): void {
    const frame = content.frame();
    if (frame === undefined) return;
    this.#content = undefined;
    this.#sink.onFrame(frame);
  }
}

function tooLarge(optionBytes: number, bodyBytes: number): CryptokiRefusal {
  return new CryptokiRefusal(
    CKR.DEVICE_MEMORY,
    `frame of ${bodyBytes} bytes with ${optionBytes} bytes of options is larger than this server takes`,
  );
}
