import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection, ConnectionLimits, InboundFrame, InboundMessage, OutboundMessage } from './connection.ts';
import { defaultLimits } from './connection.ts';
import type { Accept } from './listener.ts';

/** A connection as the tests' accept function saw it. */
export interface Accepted {
  readonly connection: Connection;
  readonly frames: InboundFrame[];
  readonly closed: Promise<void>;
}

/** Accepts connections, keeps their frames and answers each: attachments go back reversed, values as they came. */
export function echoing(answer: (frame: InboundFrame, connection: Connection) => void = echo): {
  accept: Accept;
  accepted: Accepted[];
} {
  const accepted: Accepted[] = [];
  const accept: Accept = (connection) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const frames: InboundFrame[] = [];
    accepted.push({ connection, frames, closed });
    return {
      onFrame(frame) {
        frames.push(frame);
        answer(frame, connection);
      },
      onClose: resolve,
    };
  };
  return { accept, accepted };
}

export function echo(frame: InboundFrame, connection: Connection): void {
  if (frame.kind === 'message') connection.send(reply(frame.message));
  else if (frame.kind === 'batch') connection.sendBatch(frame.messages.map(reply));
  else connection.send({ value: { refused: frame.code }, attachments: [] });
}

function reply({ value, attachments }: InboundMessage): OutboundMessage {
  return { value: { echo: value }, attachments: [...attachments].reverse() };
}

export const shortLimits: ConnectionLimits = {
  ...defaultLimits,
  messageBytes: 4096,
  attachmentBytes: 4096,
  attachments: 4,
  batch: 3,
  depth: 8,
};

/** A folder of its own; removed by the returned function. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-transport-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A client of a Unix socket that knows nothing of the code under test. */
export class RawClient {
  readonly socket: Socket;
  readonly chunks: Buffer[] = [];
  receivedBytes = 0;
  /** Resolves with everything that was received, when the connection is closed. */
  readonly ended: Promise<Buffer>;
  #wake: () => void = () => undefined;

  constructor(path: string) {
    this.socket = connect({ path });
    this.socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.receivedBytes += chunk.length;
      this.#wake();
    });
    this.socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.socket.on('close', () => {
        resolve(this.received);
        this.#wake();
      });
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Waits until enough was received. */
  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      if (this.socket.closed) throw new Error(`closed after ${JSON.stringify(this.received.toString())}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** All lines that were received, as soon as there are so many. */
  async lines(count: number): Promise<string[]> {
    await this.until(() => this.received.toString('latin1').split('\n').length > count);
    return this.received.toString().trimEnd().split('\n');
  }
}
