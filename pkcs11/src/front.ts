import { createServer, type Server, type Socket } from 'node:net';
import { Application, type Collection } from './application/application.ts';
import { ApplicationConnection } from './application/application-connection.ts';
import type { OpenSidecar, Presented } from './sidecar.ts';

/** A socket that applications load the stock client with: one identity. */
export interface ServedSocket {
  /** The sidecar knows the identity by it. */
  readonly name: string;
  readonly path: string;
  /** Permission bits; default 0o600. */
  readonly mode?: number;
  /** Numeric group that owns the socket. */
  readonly group?: number;
  /** Whether keys can be used only after C_Login. */
  readonly requiresPin: boolean;
  /** One slot each. */
  readonly collections: readonly Collection[];
}

/** The process at the other end of a socket, as the kernel tells it. */
export interface PeerProcess {
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

/** An application as the sidecar is told of it. */
export interface ApplicationPeer extends Partial<PeerProcess> {
  /** Undefined where the PIN alone counts. */
  readonly socket?: string;
}

export interface FrontOptions {
  readonly sockets: readonly ServedSocket[];
  /** Makes the server listen at its path, and says how to take the file away again. */
  readonly bind: (server: Server, socket: ServedSocket) => Promise<{ remove(): void }>;
  readonly peerProcess: (socket: Socket) => PeerProcess | undefined;
  /** Opens a connection to the sidecar for an application. */
  readonly connect: (peer: ApplicationPeer, pin?: string) => Promise<OpenSidecar>;
  /** Told of what should not happen. */
  readonly onUnexpected: (error: unknown) => void;
}

export interface RunningFront {
  readonly addresses: readonly string[];
  /** Ends the connections of all applications. */
  close(): Promise<void>;
}

/** Applications of one socket at once; beyond, a connection is closed before it is heard. */
const maximumApplications = 256;

/**
 * Serves PKCS#11: p11-kit's RPC protocol on one socket for each identity, with the keys of the sidecar behind it.
 *
 * @throws what `bind` throws, and then nothing listens
 * @example const front = await servePkcs11({ sockets: [{ name: 'app', path: '/run/ferrohsm/app.p11', ... }], ... });
 */
export async function servePkcs11(options: FrontOptions): Promise<RunningFront> {
  await using opened = new AsyncDisposableStack();
  for (const socket of options.sockets) opened.adopt(await listen(socket, options), (listener) => listener.close());
  const held = opened.move();
  return { addresses: options.sockets.map(({ path }) => path), close: () => held.disposeAsync() };
}

async function listen(served: ServedSocket, options: FrontOptions): Promise<{ close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    serve(socket, served, options);
  });
  server.maxConnections = maximumApplications;
  // A connection that could not be taken in, for want of descriptors, is no reason to stop.
  server.on('error', () => undefined);
  const file = await options.bind(server, served);
  return {
    async close() {
      file.remove();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function serve(socket: Socket, served: ServedSocket, options: FrontOptions): void {
  const { name, requiresPin, collections } = served;
  const process = options.peerProcess(socket);
  const connect = ({ socket: identity, pin }: Presented) =>
    options.connect({ ...process, ...(identity !== undefined && { socket: identity }) }, pin);
  new ApplicationConnection(socket, {
    createApplication: (version) => new Application(version, { socket: name, requiresPin, collections, connect }),
    hearers: { onUnexpected: options.onUnexpected },
  });
}
