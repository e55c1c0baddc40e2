import type { Ending } from './certified-connections.ts';
import type { Connection, ConnectionHandler, Peer } from './connection.ts';

/** Takes a connection in. */
export type Accept = (connection: Connection) => ConnectionHandler;

/** A connection that was refused before its first message. */
export interface RefusedConnection {
  readonly transport: Peer['transport'];
  /** `path` for a request that is none for this listener, `peer` for a process that is not let in. */
  readonly reason: 'limit' | 'peer' | 'tls' | 'certificate' | 'host' | 'origin' | 'path';
  /** Where it came from, as far as that is known. */
  readonly source: string;
}

export type OnRefused = (refused: RefusedConnection) => void;

export interface Listener {
  /** A socket path, or a URL such as ws://127.0.0.1:4711. */
  readonly address: string;
  /**
   * Stops listening, lets open requests be answered, closes the connections.
   *
   * @param drainMs after which connections are closed without their answers; default 5 s
   */
  close(drainMs?: number): Promise<void>;
}

/** Connections of one listener at once, unless configured; beyond, a connection is closed before it is heard. */
export const defaultConnections = 1024;

/** How long open requests may keep a listener from closing, unless told. */
const defaultDrainMs = 5000;

/** Closes a server and its connections, each when its open requests have been answered. */
export async function closeAll(
  connections: ReadonlySet<Ending>,
  closeServer: (done: () => void) => void,
  drainMs = defaultDrainMs,
): Promise<void> {
  const closed = new Promise<void>((resolve) => closeServer(resolve));
  for (const connection of connections) connection.finish();
  const impatience = setTimeout(() => {
    for (const connection of connections) connection.destroy();
  }, drainMs);
  await closed;
  clearTimeout(impatience);
}
