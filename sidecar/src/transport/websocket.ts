import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { readMemory } from '../read-memory.ts';
import { CertifiedConnections } from './certified-connections.ts';
import { type ClientCertificate, trustedCertificate } from './client-certificate.ts';
import { type ConnectionLimits, defaultLimits, type Peer } from './connection.ts';
import { firstMessageBytes } from './envelope.ts';
import { admissionRules } from './http-origin.ts';
import { JsonScanner } from './json-scanner.ts';
import {
  type Accept,
  closeAll,
  defaultConnections,
  type Listener,
  type OnRefused,
  type RefusedConnection,
} from './listener.ts';
import type { Piece } from './outbox.ts';
import { answerPings } from './pongs.ts';
import { refusalStatus } from './websocket-admission.ts';
import { WebSocketReader } from './websocket-reader.ts';
import { openHandshakeServer, type WebSocketListenOptions } from './websocket-server.ts';
import { WireConnection } from './wire-connection.ts';

export type { WebSocketListenOptions };

export interface WebSocketServeOptions {
  readonly limits?: ConnectionLimits;
  /** Connections at once, default 1024; beyond, a connection is closed before it is heard. */
  readonly connections?: number;
  /** How often the TLS files are looked at, default 1000. */
  readonly reloadIntervalMs?: number;
  /** Hears of changed TLS files that cannot be used. */
  readonly onError?: (error: unknown) => void;
  /** Hears of every client that is turned away; its address is empty where the connection is gone already. */
  readonly onRefused?: OnRefused;
}

const subprotocol = 'ferrohsm.v1';
/** Browsers cut a long message into frames; ws would take 16 Ki of them. */
const fragmentsPerMessage = 4096;
/** What the frames around the first message may take. */
const firstFrameOverheadBytes = 1 << 10;

const defaultReloadIntervalMs = 1000;
const ignore = (): void => undefined;

/**
 * Listens for WebSocket: on a loopback address, or with TLS and client certificates on any. Host and Origin are
 * checked before the handshake, tokens travel in `system.hello` only.
 *
 * @throws SidecarError `config_invalid` when it cannot listen, or a TLS file cannot be used
 * @example await listenWebSocket({ host: '127.0.0.1', port: 0, allowedOrigins: [], allowedHosts: [] }, accept);
 */
export async function listenWebSocket(
  options: WebSocketListenOptions,
  accept: Accept,
  { limits = defaultLimits, connections = defaultConnections, ...serving }: WebSocketServeOptions = {},
): Promise<Listener> {
  const { reloadIntervalMs = defaultReloadIntervalMs, onError = ignore, onRefused = ignore } = serving;
  const scanner = new JsonScanner(limits.depth);
  const open = new Set<WireConnection>();
  const certified = new CertifiedConnections();
  const upgrades = createUpgrades(limits);
  const onReload = certified.endUntrusted.bind(certified);
  const turnedAway = (reason: RefusedConnection['reason'], remoteAddress = '') =>
    onRefused({ transport: 'websocket', reason, source: `websocket:${remoteAddress}` });
  const { server, port, tls } = await openHandshakeServer(options, {
    connections,
    reloadIntervalMs,
    onReload,
    onError,
    onRefused: (remoteAddress) => turnedAway('tls', remoteAddress),
  });
  server.on('drop', (dropped) => turnedAway('limit', dropped?.remoteAddress));
  const rules = admissionRules(port, options);

  server.on('request', (request, response) => {
    const status = refusalStatus(request, rules) ?? 426;
    turnedAway(reasonOf(status), request.socket.remoteAddress);
    response.writeHead(status, { connection: 'close' }).end();
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const certificate = tls && trustedCertificate(socket, tls.trust);
    const isStranger = tls !== undefined && certificate === undefined;
    const status = isStranger ? 403 : refusalStatus(request, rules);
    if (status !== undefined) {
      turnedAway(isStranger ? 'certificate' : reasonOf(status), socket.remoteAddress);
      refuse(socket, status);
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = serve(webSocket, socket, peerOf(socket, certificate), limits, scanner);
      open.add(connection);
      webSocket.once('close', () => {
        open.delete(connection);
        certified.delete(connection);
      });
      connection.open(accept);
      if (certificate !== undefined) certified.add(connection, certificate);
    });
  });
  return {
    address: `${tls ? 'wss' : 'ws'}://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    close(drainMs) {
      tls?.unwatch();
      const closeServer = (done: () => void) => {
        server.close(done);
        server.closeAllConnections();
      };
      return closeAll(open, closeServer, drainMs);
    },
  };
}

/** What an HTTP status says of the handshake that it refuses. */
function reasonOf(status: number): RefusedConnection['reason'] {
  if (status === 421) return 'host';
  return status === 403 ? 'origin' : 'path';
}

function peerOf({ remoteAddress = '' }: Socket, certificate: ClientCertificate | undefined): Peer {
  return { transport: 'websocket', remoteAddress, ...(certificate && { certificate: certificate.peer }) };
}

function createUpgrades({ messageBytes, attachmentBytes }: ConnectionLimits): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    // The scanner does it.
    skipUTF8Validation: true,
    maxPayload: Math.max(messageBytes, attachmentBytes),
    maxFragments: fragmentsPerMessage,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
}

function refuse(socket: Socket, status: number): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}

function serve(
  webSocket: WebSocket,
  socket: Socket,
  peer: Peer,
  limits: ConnectionLimits,
  scanner: JsonScanner,
): WireConnection {
  let wholeInChunk = false;
  let halfFrame = false;
  const connection = new WireConnection(
    peer,
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
  answerPings(webSocket);
  boundFirstMessage(webSocket, socket);
  // ws has no limit on the time of half a frame. Its own listener, which comes first, has announced what was whole.
  socket.on('data', () => {
    halfFrame = !wholeInChunk;
    wholeInChunk = false;
    readMemory.soil();
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
