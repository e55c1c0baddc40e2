import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

const leastGraceMs = 20;
const mostGraceMs = 1000;
/** What the other host sends when it closed with bytes on their way to it, needs no longer than this many round trips. */
const graceRoundTrips = 4;

/**
 * A TCP connection that tells whether the other program read everything before it closed. A host whose program closes
 * with unread bytes, or to which bytes come after that, answers with a reset; what TLS says of the end comes before it.
 */
export class ObservedConnection {
  /** For TLS above it. */
  readonly stream: Duplex;
  /** Aborts, with the error, when the connection breaks; TLS above it does not always tell. */
  readonly broken: AbortSignal;
  readonly #socket: Socket;
  readonly #graceMs: number;
  #hasEnded = false;

  private constructor(socket: Socket, roundTripMs: number) {
    this.#socket = socket;
    this.#graceMs = Math.min(Math.max(graceRoundTrips * roundTripMs, leastGraceMs), mostGraceMs);
    this.stream = streamOver(socket);
    socket.on('end', () => {
      this.#hasEnded = true;
    });
    const breaking = new AbortController();
    this.broken = breaking.signal;
    socket.on('error', (error) => breaking.abort(error));
  }

  static async open(
    place: { readonly host: string; readonly port: number },
    signal: AbortSignal,
  ): Promise<ObservedConnection> {
    const start = performance.now();
    // Half open: after the other side has closed, this one still has to look whether a reset came.
    const socket = connect({ ...place, allowHalfOpen: true });
    try {
      await once(socket, 'connect', { signal });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return new ObservedConnection(socket, performance.now() - start);
  }

  /** Rejects when the other program closed although this one had not: it did not wait for the rest. */
  async stillOpen(signal: AbortSignal): Promise<void> {
    await wait(this.#graceMs, undefined, { signal });
    if (this.#hasEnded) throw new Error('the other side closed before everything was sent');
  }

  /** Resolves when the other program closed after it had read everything; rejects when it had not. */
  async closedAfterReading(signal: AbortSignal): Promise<void> {
    if (!this.#hasEnded) await once(this.#socket, 'end', { signal });
    await wait(this.#graceMs, undefined, { signal });
    // Of nothing: a connection that was reset refuses even that.
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(Buffer.alloc(0), (error) => (error ? reject(error) : resolve()));
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** The end of the stream is not that of the connection. */
function streamOver(socket: Socket): Duplex {
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
  });
  socket.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) socket.pause();
  });
  socket.on('end', () => stream.push(null));
  socket.on('error', (error) => stream.destroy(error));
  return stream;
}
