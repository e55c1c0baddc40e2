import { returnMemory } from '../returned-memory.ts';
import type { InboundMessage } from './transport.ts';

/** What a client takes from its sidecar at most. */
export interface InboundLimits {
  /** Bytes of JSON in one message. */
  readonly messageBytes: number;
  /** Bytes of all attachments of one message. */
  readonly attachmentBytes: number;
  readonly attachments: number;
}

export const inboundLimits: InboundLimits = Object.freeze({
  messageBytes: 16 << 20,
  attachmentBytes: 65 << 20,
  attachments: 64,
});

/** The peer broke the framing; nothing after it on the same channel can be trusted. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const newline = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the JSON of a message and the lengths of the attachments that follow it. */
export function parseMessage(text: string, limits: InboundLimits): { value: object; lengths: readonly number[] } {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FrameError('a message is not a JSON object');
  }
  const lengths = (value as { attachments?: unknown }).attachments ?? [];
  if (!Array.isArray(lengths) || !lengths.every(isLength))
    throw new FrameError('attachments are not a list of lengths');
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (lengths.length > limits.attachments || total > limits.attachmentBytes) {
    throw new FrameError('attachments are larger than allowed');
  }
  return { value, lengths };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The engine's message quotes the text, which may hold a secret of a peer without attachments.
    throw new FrameError('a message is not JSON');
  }
}

function isLength(length: unknown): length is number {
  return typeof length === 'number' && Number.isSafeInteger(length) && length >= 0;
}

/**
 * Cuts a byte stream into messages: one line of JSON, then the attachments whose lengths it names. The chunks become
 * the reader's: attachment bytes are wiped in them once copied out, because they may be secret.
 */
export class FrameReader {
  readonly #limits: InboundLimits;
  #line: Uint8Array[] = [];
  #lineBytes = 0;
  /** The message whose attachments are still coming. */
  #open: { value: object; attachments: Uint8Array[] } | undefined;
  #index = 0;
  #filled = 0;

  constructor(limits: InboundLimits = inboundLimits) {
    this.#limits = limits;
  }

  /**
   * Takes the next bytes, in chunks of any size, and hands on each message as soon as it is complete.
   *
   * @throws FrameError; the reader is of no use afterwards
   */
  push(chunk: Uint8Array, onMessage: (message: InboundMessage) => void): void {
    let offset = 0;
    while (offset < chunk.length) {
      offset = this.#open === undefined ? this.#readLine(chunk, offset) : this.#readAttachment(chunk, offset);
      const message = this.#complete();
      if (message !== undefined) onMessage(message);
    }
    // The beginning of a line is still in it.
    if (this.#line.length === 0) returnMemory(chunk);
  }

  #readLine(chunk: Uint8Array, offset: number): number {
    const found = chunk.indexOf(newline, offset);
    const end = found === -1 ? chunk.length : found;
    this.#lineBytes += end - offset;
    if (this.#lineBytes > this.#limits.messageBytes) throw new FrameError('a message is larger than allowed');
    this.#line.push(chunk.subarray(offset, end));
    if (found === -1) return end;
    const { value, lengths } = parseMessage(this.#takeLine(), this.#limits);
    this.#open = { value, attachments: lengths.map((length) => new Uint8Array(length)) };
    return end + 1;
  }

  #takeLine(): string {
    const [first] = this.#line;
    const bytes = first !== undefined && this.#line.length === 1 ? first : concatenate(this.#line, this.#lineBytes);
    this.#line = [];
    this.#lineBytes = 0;
    try {
      return utf8.decode(bytes);
    } catch {
      throw new FrameError('a message is not UTF-8');
    }
  }

  #readAttachment(chunk: Uint8Array, offset: number): number {
    const target = this.#open?.attachments[this.#index];
    if (target === undefined) return offset;
    const part = chunk.subarray(offset, offset + target.length - this.#filled);
    target.set(part, this.#filled);
    part.fill(0);
    this.#filled += part.length;
    return offset + part.length;
  }

  /** The open message once its attachments are full; empty ones take no bytes. */
  #complete(): InboundMessage | undefined {
    if (this.#open === undefined) return undefined;
    const { attachments } = this.#open;
    while (this.#index < attachments.length && attachments[this.#index]?.length === this.#filled) {
      this.#index += 1;
      this.#filled = 0;
    }
    if (this.#index < attachments.length) return undefined;
    const message = this.#open;
    this.#open = undefined;
    this.#index = 0;
    return message;
  }
}

function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
