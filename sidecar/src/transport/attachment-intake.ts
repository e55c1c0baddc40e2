import { secretMemory } from '../secret.ts';
import type { Envelope, EnvelopeMessage } from './envelope.ts';

/**
 * Copies the announced attachments of one envelope out of the transport's buffers into memory of their own, so that
 * those who own them can wipe them. Each is allocated when its first byte arrives.
 */
export class AttachmentIntake {
  readonly envelope: Envelope;
  #message = 0;
  #filling: Buffer | undefined;
  #filled = 0;

  constructor(envelope: Envelope) {
    this.envelope = envelope;
    this.#skipComplete();
  }

  get complete(): boolean {
    return this.#message === this.envelope.messages.length;
  }

  /** Bytes of the attachment that is due. */
  get dueBytes(): number {
    const { attachmentLengths, attachments } = this.#current;
    return attachmentLengths[attachments.length] as number;
  }

  /** Takes what belongs to the attachment that is due, or the rest of it, and says where that ends in the chunk. */
  take(chunk: Buffer, from: number): number {
    this.#filling ??= secretMemory(this.dueBytes);
    const end = Math.min(chunk.length, from + this.#filling.length - this.#filled);
    this.#filled += chunk.copy(this.#filling, this.#filled, from, end);
    if (this.#filled === this.#filling.length) this.#finishAttachment(this.#filling);
    return end;
  }

  /** Wipes what arrived of an envelope that will not be completed. */
  wipe(): void {
    this.#filling?.fill(0);
    for (const { attachments } of this.envelope.messages) for (const attachment of attachments) attachment.fill(0);
  }

  get #current(): EnvelopeMessage {
    return this.envelope.messages[this.#message] as EnvelopeMessage;
  }

  #finishAttachment(attachment: Buffer): void {
    this.#current.attachments.push(attachment);
    this.#filling = undefined;
    this.#filled = 0;
    this.#skipComplete();
  }

  #skipComplete(): void {
    while (!this.complete) {
      const { attachmentLengths, attachments } = this.#current;
      if (attachments.length < attachmentLengths.length) return;
      this.#message += 1;
    }
  }
}
