import { createServer, type Server, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { CertifiedConnections } from '../certified-connections.ts';
import { trustedCertificate } from '../client-certificate.ts';
import { type ConnectionLimits, defaultLimits, type Peer } from '../connection.ts';
import { type AdmissionRules, admissionRules, strangeness } from '../http-origin.ts';
import {
  type Accept,
  closeAll,
  defaultConnections,
  type Listener,
  type OnRefused,
  type RefusedConnection,
} from '../listener.ts';
import { bindSocketFile, type SocketFileOptions } from '../socket-file.ts';
import { createTcpServer, listenTcp, type NetworkListenOptions } from '../tcp-server.ts';
import { peerOf, type UnixListenOptions } from '../unix-socket.ts';
import { HttpConnection } from './http-connection.ts';
import { HttpRefusal } from './problem.ts';
import { createRestServer, type RestServerOptions } from './rest-server.ts';

export interface RestServeOptions {
  readonly limits?: ConnectionLimits;
  /** Connections at once, default 1024; beyond, a connection is closed before it is heard. */
  readonly connections?: number;
  /** Bytes of the bodies of all requests under way, default 256 MiB. */
  readonly bodyBytes?: number;
  /** Milliseconds without a request after which a connection ends, default 60 s. */
  readonly keepAliveTimeoutMs?: number;
  /** Milliseconds that a caller may take no byte of its answer, default 60 s. */
  readonly answerTimeoutMs?: number;
  /** How often the TLS files are looked at, default 1000. */
  readonly reloadIntervalMs?: number;
  /** Hears of errors that no client is told. */
  readonly onError?: (error: unknown) => void;
  /** Hears of every client that is turned away; its address is empty where the connection is gone already. */
  readonly onRefused?: OnRefused;
}

const defaultBodyBytes = 256 << 20;
const defaultKeepAliveTimeoutMs = 60_000;
const defaultReloadIntervalMs = 1000;
/** The longest token has 16 KiB. */
const headerBytes = 24 << 10;
const headerLines = 64;
const checkingIntervalMs = 1000;
const defaultAnswerTimeoutMs = 60_000;
const ignore = (): void => undefined;

/**
 * REST on a loopback address, or with TLS and client certificates on any.
 *
 * @throws SidecarError `config_invalid` when it cannot listen, or a TLS file cannot be used
 * @example await listenRest({ host: '127.0.0.1', port: 0, allowedOrigins: [], allowedHosts: [] }, accept);
 */
export async function listenRest(
  options: NetworkListenOptions,
  accept: Accept,
  serving: RestServeOptions = {},
): Promise<Listener> {
  const { connections = defaultConnections, reloadIntervalMs = defaultReloadIntervalMs } = serving;
  const { limits = defaultLimits, onError = ignore, onRefused = ignore } = serving;
  const turnedAway = (reason: RefusedConnection['reason'], remoteAddress = '') =>
    onRefused({ transport: 'rest', reason, source: `rest:${remoteAddress}` });
  const certified = new CertifiedConnections();
  const made = createTcpServer(options, {
    protocol: 'REST',
    http: httpOptions(serving),
    handshakeTimeoutMs: limits.helloTimeoutMs,
    connections,
    reloadIntervalMs,
    onReload: (trust) => certified.endUntrusted(trust),
    onError,
    onRefused: (remoteAddress) => turnedAway('tls', remoteAddress),
  });
  const { server, tls } = made;
  server.on('drop', (dropped) => turnedAway('limit', dropped?.remoteAddress));
  let rules: AdmissionRules | undefined;
  const rest = await openRest(server as Server, serving, ({ headers, socket }) => {
    const status = strangeness(headers, rules ?? nowhere);
    if (status === undefined) return;
    turnedAway(status === 421 ? 'host' : 'origin', socket.remoteAddress);
    throw strangerRefusals[status];
  });
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    const certificate = tls && trustedCertificate(socket, tls.trust);
    const { remoteAddress = '' } = socket;
    if (tls !== undefined && certificate === undefined) {
      turnedAway('certificate', remoteAddress);
      socket.destroy();
      return;
    }
    const peer: Peer = { transport: 'rest', remoteAddress, ...(certificate && { certificate: certificate.peer }) };
    const connection = rest.take(socket, peer, accept);
    if (certificate === undefined) return;
    certified.add(connection, certificate);
    socket.once('close', () => certified.delete(connection));
  });
  const port = await listenTcp(made, options);
  rules = admissionRules(port, options);
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    address: `${tls ? 'https' : 'http'}://${host}:${port}`,
    async close(drainMs) {
      tls?.unwatch();
      await rest.close(drainMs);
    },
  };
}

const nowhere: AdmissionRules = Object.freeze({ hosts: new Set<string>(), origins: new Set<string>() });

const strangerRefusals = Object.freeze({
  421: new HttpRefusal(421, 'invalid_request', 'the Host header names another host'),
  403: new HttpRefusal(403, 'permission_denied', 'the Origin is not let in'),
});

/**
 * REST on a Unix socket, which is born with its mode and group. Who comes through it is who the kernel says.
 *
 * @throws SidecarError `config_invalid`; `state_locked` when another process listens at the path
 * @example await listenRestSocket({ name: 'default', path: '/run/ferrohsm/rest.sock' }, accept, {});
 */
export async function listenRestSocket(
  options: SocketFileOptions,
  accept: Accept,
  serving: RestServeOptions & Pick<UnixListenOptions, 'peerCredentials' | 'peerProcess'> = {},
): Promise<Listener> {
  const server = createServer(httpOptions(serving));
  server.maxConnections = serving.connections ?? defaultConnections;
  const rest = await openRest(server, serving, ignore);
  server.on('drop', () =>
    serving.onRefused?.({ transport: 'rest', reason: 'limit', source: `socket:${options.name}` }),
  );
  server.on('connection', (socket: Socket) => rest.take(socket, peerOf(socket, options.name, serving), accept));
  // A connection that could not be taken in, for want of descriptors, is no reason to stop.
  server.on('error', ignore);
  const file = await bindSocketFile(server, options);
  return {
    address: options.path,
    async close(drainMs) {
      file.remove();
      await rest.close(drainMs);
    },
  };
}

function httpOptions({ limits = defaultLimits, keepAliveTimeoutMs }: RestServeOptions): ServerOptions {
  return {
    maxHeaderSize: headerBytes,
    headersTimeout: limits.helloTimeoutMs,
    requestTimeout: limits.messageTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs ?? defaultKeepAliveTimeoutMs,
    connectionsCheckingInterval: checkingIntervalMs,
  };
}

/** A server with its routes, and the connections that it has. */
interface OpenRest {
  take(socket: Socket, peer: Peer, accept: Accept): HttpConnection;
  close(drainMs?: number): Promise<void>;
}

async function openRest(
  server: Server,
  serving: RestServeOptions,
  admit: RestServerOptions['admit'],
): Promise<OpenRest> {
  const { limits = defaultLimits, bodyBytes = defaultBodyBytes, onError = ignore } = serving;
  const { answerTimeoutMs = defaultAnswerTimeoutMs } = serving;
  const connections = new WeakMap<Socket, HttpConnection>();
  const open = new Set<HttpConnection>();
  const rest: FastifyInstance = await createRestServer({
    ...{ server, limits, bodyBytes, answerTimeoutMs, connections, admit, onError },
  });
  server.maxHeadersCount = headerLines;
  return {
    take(socket, peer, accept) {
      const connection = new HttpConnection(socket, peer, accept);
      connections.set(socket, connection);
      open.add(connection);
      socket.once('close', () => open.delete(connection));
      return connection;
    },
    async close(drainMs) {
      await closeAll(open, (done) => server.close(done), drainMs);
      await rest.close();
    },
  };
}
