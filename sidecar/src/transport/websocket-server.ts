import { createServer, type Server as HttpServer, type ServerOptions } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import { SidecarError } from '../errors.ts';
import type { Trust } from './client-certificate.ts';
import type { TlsFiles } from './tls-files.ts';
import { createTlsServer, type TlsServer } from './tls-server.ts';

export interface WebSocketListenOptions {
  /** IP address; without TLS 127.0.0.1 or ::1. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Values of the Origin header that are let in; a browser always sends one. */
  readonly allowedOrigins: readonly string[];
  /** Values of the Host header that are let in besides the address itself. */
  readonly allowedHosts: readonly string[];
  /** TLS 1.3 with a client certificate. */
  readonly tls?: TlsFiles;
}

export interface WebSocketServerOptions {
  readonly connections: number;
  readonly reloadIntervalMs: number;
  readonly onReload: (trust: Trust) => void;
  readonly onError: (error: unknown) => void;
  readonly onRefused: (remoteAddress: string) => void;
}

/** An HTTP server that listens, for handshakes only. */
export interface HandshakeServer {
  readonly server: HttpServer | HttpsServer;
  readonly port: number;
  readonly tls: TlsServer | undefined;
}

const handshakeTimeoutMs = 5000;
const httpOptions: ServerOptions = Object.freeze({
  maxHeaderSize: 8 << 10,
  headersTimeout: handshakeTimeoutMs,
  requestTimeout: handshakeTimeoutMs,
  connectionsCheckingInterval: 1000,
});

/** @throws SidecarError `config_invalid` when it cannot listen, or would without TLS on more than the loopback */
export async function openHandshakeServer(
  listening: WebSocketListenOptions,
  { connections, onRefused, ...options }: WebSocketServerOptions,
): Promise<HandshakeServer> {
  const { host, tls: files } = listening;
  checkHost(host, files !== undefined);
  const tls = files && createTlsServer({ files, http: httpOptions, handshakeTimeoutMs, ...options });
  const server = tls?.server ?? createServer(httpOptions);
  server.maxConnections = connections;
  tls?.server.on('tlsClientError', (_, { remoteAddress = '' }) => onRefused(remoteAddress));
  try {
    return { server, port: await listen(server, listening), tls };
  } catch (error) {
    tls?.unwatch();
    throw error;
  }
}

function checkHost(host: string, isSecret: boolean): void {
  if (isIP(host) === 0) throw new SidecarError('config_invalid', 'the WebSocket host is not an IP address');
  if (isSecret || host === '127.0.0.1' || host === '::1') return;
  throw new SidecarError('config_invalid', 'without TLS a WebSocket listens on 127.0.0.1 or ::1 only');
}

async function listen(server: HttpServer | HttpsServer, { host, port }: WebSocketListenOptions): Promise<number> {
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
