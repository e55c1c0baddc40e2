import { once } from 'node:events';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { systemCode } from '../errors.ts';
import { type Sink, SinkError } from './delivery.ts';
import { ObservedConnection } from './observed-connection.ts';

export interface SyslogSinkOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;
  /** Longest that a batch may take. */
  readonly timeoutMs: number;
}

/**
 * Syslog messages over TLS (RFC 5425). Syslog has no acknowledgement, and bytes that the own kernel took are lost with
 * the connection. So each batch has a connection of its own, which is closed at its end: RFC 5425 section 4.4 makes the
 * receiver close its side too, and whether it had read everything by then shows below TLS.
 */
export class SyslogSink implements Sink {
  readonly #options: SyslogSinkOptions;
  #session: Buffer | undefined;

  constructor(options: SyslogSinkOptions) {
    this.#options = options;
  }

  async deliver(messages: readonly string[], signal: AbortSignal): Promise<void> {
    const { host, port, timeoutMs } = this.#options;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      await this.#handOver(messages.map(frame).join(''), limit);
    } catch (cause) {
      const reason = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(cause);
      throw new SinkError(`syslog+tls://${host}:${port} did not take the messages: ${reason}`, { cause });
    }
  }

  reopen(): void {
    this.#session = undefined;
  }

  async close(): Promise<void> {
    this.reopen();
  }

  async #handOver(frames: string, limit: AbortSignal): Promise<void> {
    const { host, port } = this.#options;
    const connection = await ObservedConnection.open({ host, port }, limit);
    const signal = AbortSignal.any([limit, connection.broken]);
    const socket = this.#secure(connection);
    // Each wait below hears of errors by itself; one between two waits shows at the next.
    socket.on('error', () => undefined);
    try {
      await once(socket, 'secureConnect', { signal });
      // A receiver sends nothing; what it sends is read so that its end is seen.
      await written(socket.resume(), frames, signal);
      await connection.stillOpen(signal);
      socket.end();
      await once(socket, 'finish', { signal });
      await connection.closedAfterReading(signal);
    } finally {
      socket.destroy();
      connection.destroy();
    }
  }

  #secure({ stream }: ObservedConnection): TLSSocket {
    const { host, tls } = this.#options;
    const resumed = this.#session === undefined ? {} : { session: this.#session };
    const socket = connect({ ...tls, ...resumed, socket: stream, host, ...serverName(host), minVersion: 'TLSv1.2' });
    socket.on('session', (session) => {
      this.#session = session;
    });
    return socket;
  }
}

/** Resolves when the own kernel has all of it; no callback comes while the receiver does not read. */
async function written(socket: TLSSocket, text: string, signal: AbortSignal): Promise<void> {
  const flushed = once(socket, 'flushed', { signal });
  socket.write(text, (error) => void (error ? socket.destroy(error) : socket.emit('flushed')));
  await flushed;
}

/** RFC 5425 section 4.3: the length in bytes, a space, the message. */
function frame(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

/** RFC 6066 section 3: no server name for an address. */
function serverName(host: string): { servername?: string } {
  return isIP(host) > 0 ? {} : { servername: host };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.name === 'AbortError' ? error.cause : error;
  return systemCode(cause) ?? (cause instanceof Error ? cause.message : 'unknown reason');
}
