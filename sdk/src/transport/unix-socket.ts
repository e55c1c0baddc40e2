import { createConnection, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { FrameReader } from './frames.ts';
import type { Channel, ChannelListener, OutboundMessage, Transport } from './transport.ts';

/**
 * Where the sidecar listens unless told otherwise: `FERROHSM_SOCKET`, else the system's place for root and the
 * user's own (XDG base directories) for everybody else.
 */
export function defaultSocketPath(): string {
  const { env } = process;
  if (env.FERROHSM_SOCKET) return env.FERROHSM_SOCKET;
  // Windows has no user ids.
  if (process.getuid?.() === 0) return '/run/ferrohsm/ferrohsm.sock';
  const runtime = env.XDG_RUNTIME_DIR ?? env.XDG_STATE_HOME ?? join(homedir(), '.local/state');
  return join(runtime, 'ferrohsm', 'ferrohsm.sock');
}

/** Newline-delimited messages over a Unix socket; the attachments of a message follow its line as raw bytes. */
export function unixSocket(path: string): Transport {
  return {
    open: (listener, signal) =>
      new Promise((resolve, reject) => {
        const socket = createConnection({ path, signal });
        socket.once('error', reject);
        socket.once('connect', () => {
          socket.off('error', reject);
          resolve(new SocketChannel(socket, listener));
        });
      }),
  };
}

class SocketChannel implements Channel {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  #outbound: (string | Uint8Array)[] = [];

  constructor(socket: Socket, listener: ChannelListener) {
    this.#socket = socket;
    let cause: unknown;
    socket.on('data', (chunk: Uint8Array) => this.#read(chunk, listener));
    socket.on('error', (error) => {
      cause = error;
    });
    socket.on('close', () => listener.onClose(cause));
  }

  send({ text, attachments }: OutboundMessage): void {
    if (this.#outbound.length === 0) queueMicrotask(() => this.#flush());
    this.#outbound.push(`${text}\n`, ...attachments);
  }

  holdProcess(hold: boolean): void {
    if (hold) this.#socket.ref();
    else this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** All messages of one tick leave in one write: system calls cost more than the messages. */
  #flush(): void {
    const pieces = this.#outbound;
    this.#outbound = [];
    if (this.#socket.destroyed) return;
    this.#socket.cork();
    for (const piece of joinTexts(pieces)) this.#socket.write(piece);
    this.#socket.uncork();
  }

  #read(chunk: Uint8Array, listener: ChannelListener): void {
    try {
      this.#reader.push(chunk, (message) => listener.onMessage(message));
    } catch (error) {
      this.#socket.destroy(error as Error);
    }
  }
}

/** Neighbouring lines become one string, so that a burst without attachments is a single buffer. */
function joinTexts(pieces: readonly (string | Uint8Array)[]): (string | Uint8Array)[] {
  const joined: (string | Uint8Array)[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') joined[joined.length - 1] = last + piece;
    else joined.push(piece);
  }
  return joined;
}
