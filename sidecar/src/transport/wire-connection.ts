import type {
  Connection,
  ConnectionHandler,
  ConnectionLimits,
  InboundFrame,
  OutboundMessage,
  Peer,
} from './connection.ts';
import { Deadline } from './deadline.ts';
import type { FrameSink } from './frame-reader.ts';
import { Outbox, textOf, type WritePieces } from './outbox.ts';

/** How long a peer may take to close its side after we closed ours. */
const lingerMs = 1000;

/** What differs between the transports. */
export interface Channel {
  readonly write: WritePieces;
  /** Half a message has arrived. */
  isPartial(): boolean;
  pause(): void;
  resume(): void;
  /** Takes no further frame; what arrives is thrown away. */
  stopReading(): void;
  /** Says good-bye after everything that was written. */
  end(): void;
  /** Gives the connection up at once. */
  destroy(): void;
}

/**
 * The life of one connection, whatever carries it: first message in time, messages and their answers (one for each
 * frame), reading no further than the peer takes answers, and an end that loses no answer.
 */
export class WireConnection implements Connection, FrameSink {
  readonly peer: Peer;
  readonly #channel: Channel;
  readonly #limits: ConnectionLimits;
  readonly #deadline: Deadline;
  readonly #outbox: Outbox;
  #handler: ConnectionHandler | undefined;
  #phase: 'greeting' | 'open' | 'finishing' | 'closing' | 'closed' = 'greeting';
  #unanswered = 0;
  /** Bytes of frames since the last time that all were answered. */
  #heldBytes = 0;
  #paused = false;
  #framesSinceLook = 0;

  constructor(peer: Peer, channel: Channel, limits: ConnectionLimits) {
    this.peer = peer;
    this.#channel = channel;
    this.#limits = limits;
    this.#deadline = new Deadline(() => channel.destroy());
    this.#outbox = new Outbox(channel.write, () => this.#balance());
    this.#deadline.set(limits.helloTimeoutMs);
  }

  open(accept: (connection: Connection) => ConnectionHandler): void {
    this.#handler = accept(this);
  }

  send(message: OutboundMessage): void {
    this.#outbox.add(textOf(message), message.attachments);
    this.#answered();
  }

  sendBatch(messages: readonly OutboundMessage[]): void {
    this.#outbox.add(
      textOf(messages),
      messages.flatMap(({ attachments }) => attachments),
    );
    this.#answered();
  }

  whenFlushed(): Promise<void> {
    return this.#outbox.whenFlushed();
  }

  close(): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return;
    this.#stopReading('closing');
    this.#outbox.whenFlushed().then(
      () => {
        this.#deadline.set(lingerMs);
        this.#channel.end();
      },
      () => undefined,
    );
  }

  /** Reads no further; closes when every frame has its answer. */
  finish(): void {
    if (this.#phase !== 'greeting' && this.#phase !== 'open') return;
    this.#stopReading('finishing');
    if (this.#unanswered === 0) this.close();
  }

  /** Gives the connection up at once. */
  destroy(): void {
    this.#channel.destroy();
  }

  onFrame(frame: InboundFrame, bytes: number): void {
    if (this.#phase === 'greeting') {
      this.#phase = 'open';
      this.#deadline.clear();
    }
    this.#framesSinceLook += 1;
    this.#unanswered += 1;
    this.#heldBytes += bytes;
    this.#handler?.onFrame(frame);
  }

  onBroken(): void {
    this.finish();
  }

  /** Called after each chunk: starts and stops the clock of half a message. */
  look(): void {
    this.#balance();
    if (this.#phase !== 'open') return;
    if (!this.#channel.isPartial() || this.#paused) this.#deadline.clear();
    else if (this.#framesSinceLook > 0 || !this.#deadline.isSet) this.#deadline.set(this.#limits.messageTimeoutMs);
    this.#framesSinceLook = 0;
  }

  /** The connection is gone. */
  closed(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#deadline.dispose();
    this.#channel.stopReading();
    this.#outbox.end();
    this.#handler?.onClose();
  }

  #answered(): void {
    // Requests that were read already go on filling the queue of a peer that does not read.
    if (this.#outbox.waitingBytes > 2 * this.#limits.outboundBytes) this.destroy();
    this.#unanswered -= 1;
    if (this.#unanswered === 0) this.#heldBytes = 0;
    if (this.#unanswered === 0 && this.#phase === 'finishing') this.close();
    else this.#balance();
  }

  /** Stops reading from a peer that owes too much reading, or holds too much memory with open requests. */
  #balance(): void {
    if (this.#phase !== 'open') return;
    const { outboundBytes, attachmentBytes, messageBytes } = this.#limits;
    const waiting = this.#outbox.waitingBytes;
    // What is held will be answered: with it, one longest frame more stays under the end of twice the bytes.
    const full = waiting + this.#heldBytes > outboundBytes || this.#heldBytes > attachmentBytes + messageBytes;
    if (!this.#paused && full) {
      this.#paused = true;
      this.#deadline.clear();
      this.#channel.pause();
    } else if (this.#paused && !full && waiting <= outboundBytes / 2) {
      this.#paused = false;
      this.#channel.resume();
      this.look();
    }
  }

  #stopReading(phase: 'finishing' | 'closing'): void {
    this.#phase = phase;
    this.#deadline.set(this.#limits.messageTimeoutMs);
    this.#channel.stopReading();
    this.#channel.resume();
  }
}
