import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { SidecarError } from '../errors.ts';
import { type ConnectionLimits, defaultLimits } from './connection.ts';
import { firstMessageBytes } from './envelope.ts';
import { JsonScanner } from './json-scanner.ts';
import { type Accept, closeAll, defaultConnections, type Listener } from './listener.ts';
import type { Piece } from './outbox.ts';
import { type AdmissionRules, admissionRules, refusalStatus } from './websocket-admission.ts';
import { WebSocketReader } from './websocket-reader.ts';
import { WireConnection } from './wire-connection.ts';

export interface WebSocketListenOptions {
  readonly host: '127.0.0.1' | '::1';
  /** 0 lets the system choose. */
  readonly port: number;
  /** Values of the Origin header that are let in; a browser always sends one. */
  readonly allowedOrigins: readonly string[];
  /** Values of the Host header that are let in besides the address itself. */
  readonly allowedHosts: readonly string[];
}

const subprotocol = 'ferrohsm.v1';
/** Browsers cut a long message into frames; ws would take 16 Ki of them. */
const fragmentsPerMessage = 4096;
const handshakeTimeoutMs = 5000;
const headerBytes = 8 << 10;
/** What the frames around the first message may take. */
const firstFrameOverheadBytes = 1 << 10;

/**
 * Listens for WebSocket on a loopback address. Host and Origin are checked before the handshake, tokens travel in
 * `system.hello` only.
 *
 * @param connections at once; beyond, a connection is closed before it is heard
 * @throws SidecarError `config_invalid` when it cannot listen
 * @example await listenWebSocket({ host: '127.0.0.1', port: 0, allowedOrigins: [], allowedHosts: [] }, accept);
 */
export async function listenWebSocket(
  options: WebSocketListenOptions,
  accept: Accept,
  limits: ConnectionLimits = defaultLimits,
  connections: number = defaultConnections,
): Promise<Listener> {
  const scanner = new JsonScanner(limits.depth);
  const open = new Set<WireConnection>();
  const upgrades = createUpgrades(limits);
  const server = createHttpServer(connections);
  const port = await listen(server, options);
  const rules = admissionRules(port, options);

  server.on('request', (request, response) => {
    response.writeHead(refusalStatus(request, rules) ?? 426, { connection: 'close' }).end();
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (refuse(request, socket, rules)) return;
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = serve(webSocket, socket, limits, scanner);
      open.add(connection);
      webSocket.once('close', () => open.delete(connection));
      connection.open(accept);
    });
  });
  return {
    address: `ws://${options.host === '::1' ? '[::1]' : options.host}:${port}`,
    close: () =>
      closeAll(open, (done) => {
        server.close(done);
        server.closeAllConnections();
      }),
  };
}

function createHttpServer(connections: number): Server {
  const server = createServer({
    maxHeaderSize: headerBytes,
    headersTimeout: handshakeTimeoutMs,
    requestTimeout: handshakeTimeoutMs,
    connectionsCheckingInterval: 1000,
  });
  server.maxConnections = connections;
  return server;
}

function createUpgrades({ messageBytes, attachmentBytes }: ConnectionLimits): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // The scanner does it.
    skipUTF8Validation: true,
    maxPayload: Math.max(messageBytes, attachmentBytes),
    maxFragments: fragmentsPerMessage,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
}

async function listen(server: Server, { host, port }: WebSocketListenOptions): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SidecarError('config_invalid', `cannot listen on ${host} port ${port}: ${code}`, { cause: error });
  }
  // A connection that could not be taken in, for want of descriptors, is no reason to stop.
  server.on('error', () => undefined);
  return (server.address() as AddressInfo).port;
}

function refuse(request: IncomingMessage, socket: Socket, rules: AdmissionRules): boolean {
  const status = refusalStatus(request, rules);
  if (status === undefined) return false;
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
  return true;
}

function serve(webSocket: WebSocket, socket: Socket, limits: ConnectionLimits, scanner: JsonScanner): WireConnection {
  let wholeInChunk = false;
  let halfFrame = false;
  const connection = new WireConnection(
    { transport: 'websocket', remoteAddress: socket.remoteAddress ?? '' },
    {
      write: (pieces, onWritten) => writeMessages(webSocket, socket, pieces, onWritten),
      isPartial: () => reader.partial || halfFrame,
      pause: () => webSocket.pause(),
      resume: () => webSocket.resume(),
      stopReading: () => reader.stop(),
      end: () => webSocket.close(1000),
      destroy: () => webSocket.terminate(),
    },
    limits,
  );
  const reader = new WebSocketReader(limits, scanner, connection);
  const isWhole = () => {
    wholeInChunk = true;
  };
  webSocket.binaryType = 'fragments';
  webSocket.on('message', (data, isBinary) => {
    wholeInChunk = true;
    if (isBinary) reader.pushBinary(data as Buffer[]);
    else reader.pushText(data as Buffer);
  });
  webSocket.on('ping', isWhole).on('pong', isWhole);
  boundFirstMessage(webSocket, socket);
  // ws has no limit on the time of half a frame. Its own listener, which comes first, has announced what was whole.
  socket.on('data', () => {
    halfFrame = !wholeInChunk;
    wholeInChunk = false;
    connection.look();
  });
  // The 'close' event follows.
  webSocket.on('error', () => undefined);
  webSocket.on('close', () => connection.closed());
  return connection;
}

/** ws collects as much as the longest attachment; a peer that nobody knows yet gets less. */
function boundFirstMessage(webSocket: WebSocket, socket: Socket): void {
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > firstMessageBytes + firstFrameOverheadBytes) webSocket.terminate();
  };
  socket.prependListener('data', count);
  webSocket.once('message', () => socket.off('data', count));
}

/** Each text and each attachment is a message of its own; all of them one `writev`. */
function writeMessages(webSocket: WebSocket, socket: Socket, pieces: readonly Piece[], onWritten: () => void): void {
  socket.cork();
  for (const [index, piece] of pieces.entries()) {
    const binary = typeof piece !== 'string';
    if (index < pieces.length - 1) webSocket.send(piece, { binary });
    else webSocket.send(piece, { binary }, (error) => (error ? undefined : onWritten()));
  }
  socket.uncork();
}
