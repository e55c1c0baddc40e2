import { createServer, type Server, type Socket } from 'node:net';
import type { UnixPeer } from '../peer.ts';
import { readMemory } from '../read-memory.ts';
import { type ConnectionLimits, defaultLimits, type Peer } from './connection.ts';
import { FrameReader } from './frame-reader.ts';
import { type InheritedSocketOptions, listenInherited } from './inherited-socket.ts';
import { JsonScanner } from './json-scanner.ts';
import { type Accept, closeAll, defaultConnections, type Listener, type OnRefused } from './listener.ts';
import type { Piece } from './outbox.ts';
import type { PeerProcessReader } from './peer-process.ts';
import { bindSocketFile, type SocketFileOptions } from './socket-file.ts';
import { WireConnection } from './wire-connection.ts';

/** Reads who is at the other end of a connected socket, where the kernel tells. */
export type PeerCredentialReader = (
  socket: object,
) => { readonly uid: number; readonly gid: number; readonly pid: number } | undefined;

export interface UnixListenOptions {
  readonly limits?: ConnectionLimits;
  readonly peerCredentials?: PeerCredentialReader;
  /** Adds executable and cgroup to the peer, where they are asked for. */
  readonly peerProcess?: PeerProcessReader;
  /** Many may reach the socket: it is nobody's credential. Only an inherited one is looked at. */
  readonly isShared?: boolean;
  /** Connections at once, default 1024; beyond, a connection is closed before it is heard. */
  readonly connections?: number;
  readonly onRefused?: OnRefused;
  /** Says who is at the other end, in place of the kernel's credentials; whom it does not know is closed unheard. */
  readonly identify?: (socket: Socket) => Peer | undefined;
}

/**
 * Listens on a Unix socket that is born with its mode and group, or on one that was inherited. A stale socket file is
 * replaced; a live one, or anything that is not a socket, never.
 *
 * @throws SidecarError `config_invalid`; `state_locked` when another process listens at the path
 * @example const listener = await listenUnix({ name: 'main', path: '/run/ferrohsm/ferrohsm.sock' }, accept, {});
 */
export async function listenUnix(
  options: SocketFileOptions | InheritedSocketOptions,
  accept: Accept,
  serving: UnixListenOptions,
): Promise<Listener> {
  const { limits = defaultLimits, connections = defaultConnections, isShared = false, onRefused } = serving;
  const scanner = new JsonScanner(limits.depth);
  const open = new Set<WireConnection>();
  // A client that ends its side after its last request still gets its answers.
  const { identify = (socket: Socket) => peerOf(socket, options.name, serving) } = serving;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const peer = identify(socket);
    if (peer === undefined) {
      socket.destroy();
      onRefused?.({ transport: 'unix', reason: 'peer', source: `socket:${options.name}` });
      return;
    }
    const connection = serve(socket, peer, limits, scanner);
    open.add(connection);
    socket.once('close', () => open.delete(connection));
    connection.open(accept);
  });
  server.maxConnections = connections;
  server.on('drop', () => onRefused?.({ transport: 'unix', reason: 'limit', source: `socket:${options.name}` }));
  // A connection that could not be taken in, for want of descriptors, is no reason to stop.
  server.on('error', () => undefined);
  try {
    const place = await listen(server, options, isShared);
    return {
      address: place.path,
      async close(drainMs) {
        place.remove();
        await closeAll(open, (done) => server.close(done), drainMs);
      },
    };
  } catch (error) {
    server.close();
    throw error;
  }
}

async function listen(server: Server, options: SocketFileOptions | InheritedSocketOptions, isShared: boolean) {
  if ('path' in options) return { path: options.path, remove: (await bindSocketFile(server, options)).remove };
  return { path: await listenInherited(server, options, isShared), remove: () => undefined };
}

/** What the kernel says of the other end. */
export function peerOf(socket: Socket, name: string, { peerCredentials, peerProcess }: UnixListenOptions): UnixPeer {
  const credentials = peerCredentials?.(socket);
  const attributes = credentials && peerProcess?.(socket, credentials.pid);
  return { transport: 'unix', socket: name, ...credentials, ...attributes };
}

function serve(socket: Socket, peer: Peer, limits: ConnectionLimits, scanner: JsonScanner): WireConnection {
  const connection = new WireConnection(
    peer,
    {
      write: (pieces, onWritten) => writeLines(socket, pieces, onWritten),
      isPartial: () => reader.partial,
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      stopReading: () => reader.stop(),
      end: () => socket.end(),
      destroy: () => socket.destroy(),
    },
    limits,
  );
  const reader = new FrameReader(limits, scanner, connection);
  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    readMemory.soil();
    connection.look();
  });
  socket.on('end', () => connection.finish());
  // The 'close' event follows.
  socket.on('error', () => undefined);
  socket.on('close', () => connection.closed());
  return connection;
}

/** Texts become lines; neighbouring lines become one string, and all pieces one `writev`. */
function writeLines(socket: Socket, pieces: readonly Piece[], onWritten: () => void): void {
  const writes = joinLines(pieces);
  socket.cork();
  for (const [index, piece] of writes.entries()) {
    if (index < writes.length - 1) socket.write(piece);
    else socket.write(piece, (error) => (error ? undefined : onWritten()));
  }
  socket.uncork();
}

function joinLines(pieces: readonly Piece[]): Piece[] {
  const writes: Piece[] = [];
  let lines = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      lines += `${piece}\n`;
    } else {
      if (lines !== '') writes.push(lines);
      lines = '';
      writes.push(piece);
    }
  }
  if (lines !== '') writes.push(lines);
  return writes;
}
