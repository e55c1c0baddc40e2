import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Length of the first whole message in the bytes; undefined while more has to come. */
export type MessageEnd = (bytes: Buffer) => number | undefined;

/** A Unix socket on which each request is answered before the next one is sent. */
export class MessageSocket {
  readonly #socket: Socket;
  readonly #endOf: MessageEnd;
  #received: Buffer = Buffer.alloc(0);
  #waiter: { resolve(message: Buffer): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket, endOf: MessageEnd) {
    this.#socket = socket;
    this.#endOf = endOf;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', (error) => this.#waiter?.reject(error));
    socket.on('close', () => this.#waiter?.reject(closedByPeer()));
  }

  static async open(path: string, endOf: MessageEnd): Promise<MessageSocket> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new MessageSocket(socket, endOf);
  }

  /** @throws Error when the peer closes the connection, or has closed it before */
  request(bytes: Uint8Array | string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(closedByPeer());
      this.#waiter = { resolve, reject };
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#waiter = undefined;
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const end = this.#endOf(this.#received);
    if (end === undefined) return;
    const message = this.#received.subarray(0, end);
    this.#received = this.#received.subarray(end);
    this.#waiter?.resolve(message);
  }
}

function closedByPeer(): Error {
  return new Error('the peer closed the connection');
}
