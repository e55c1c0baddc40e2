import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Backend } from '../calls.ts';
import { message } from '../operations.ts';
import { FrameReader, writeFrame } from './bare-wire.ts';
import { requireSignature } from './signature-check.ts';

const mebi = 2 ** 20;
const tagBytes = 16;

/** What bare-server can do. */
export const bareOperations: readonly string[] = Object.freeze(['no-op', 'p256', 'rsa2048', 'ml-dsa-65', 'aes-1m']);

/** The client of bare-server: one connection for an operation, and all requests of one tick in one write. */
export async function openBareBackend(path: string): Promise<Backend> {
  const connections: FrameConnection[] = [];
  return {
    async prepare(id) {
      const connection = await FrameConnection.open(path);
      connections.push(connection);
      const spki = await connection.request(Buffer.from(id));
      const input = id === 'aes-1m' ? new Uint8Array(mebi) : message;
      const call = () => connection.request(input);
      const result = await call();
      if (spki.length > 0) requireSignature(id, { key: spki, format: 'der', type: 'spki' }, result);
      else if (id === 'aes-1m' && result.length !== mebi + tagBytes) throw new Error(`${id}: no ciphertext came back`);
      return { call };
    },
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) connection.close();
    },
  };
}

/** Requests in flight are answered in order. */
class FrameConnection {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  #waiting: { resolve(frame: Buffer): void; reject(error: Error): void }[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      const frames = this.#reader.take(chunk);
      for (const [index, { resolve }] of this.#waiting.splice(0, frames.length).entries())
        resolve(frames[index] as Buffer);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('the peer closed the connection'));
    });
  }

  static async open(path: string): Promise<FrameConnection> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new FrameConnection(socket);
  }

  request(bytes: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('the peer closed the connection'));
      this.#waiting.push({ resolve, reject });
      writeFrame(this.#socket, bytes);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
