import { createServer, type Server as HttpServer, type ServerOptions } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import { SidecarError } from '../errors.ts';
import type { Trust } from './client-certificate.ts';
import type { TlsFiles } from './tls-files.ts';
import { createTlsServer, type TlsServer } from './tls-server.ts';

/** Where on the network a listener listens, and whom it lets in. */
export interface NetworkListenOptions {
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

export interface TcpServerOptions {
  /** For the operator: `WebSocket` or `REST`. */
  readonly protocol: string;
  readonly http: ServerOptions;
  readonly handshakeTimeoutMs: number;
  readonly connections: number;
  readonly reloadIntervalMs: number;
  readonly onReload: (trust: Trust) => void;
  readonly onError: (error: unknown) => void;
  readonly onRefused: (remoteAddress: string) => void;
}

/** An HTTP server that does not listen yet. */
export interface TcpServer {
  readonly server: HttpServer | HttpsServer;
  readonly tls: TlsServer | undefined;
}

/** @throws SidecarError `config_invalid` when it would listen without TLS on more than the loopback */
export function createTcpServer(
  { host, tls: files }: NetworkListenOptions,
  { protocol, connections, onRefused, ...options }: TcpServerOptions,
): TcpServer {
  checkHost(host, files !== undefined, protocol);
  const tls = files && createTlsServer({ files, ...options });
  const server = tls?.server ?? createServer(options.http);
  server.maxConnections = connections;
  tls?.server.on('tlsClientError', (_, { remoteAddress = '' }) => onRefused(remoteAddress));
  return { server, tls };
}

function checkHost(host: string, isSecret: boolean, protocol: string): void {
  if (isIP(host) === 0) throw new SidecarError('config_invalid', `the ${protocol} host is not an IP address`);
  if (isSecret || host === '127.0.0.1' || host === '::1') return;
  throw new SidecarError('config_invalid', `without TLS a ${protocol} listens on 127.0.0.1 or ::1 only`);
}

/**
 * @returns the port
 * @throws SidecarError `config_invalid`; then the files of TLS are followed no more
 */
export async function listenTcp(
  { server, tls }: TcpServer,
  { host, port }: Pick<NetworkListenOptions, 'host' | 'port'>,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (error) {
    tls?.unwatch();
    const { code } = error as NodeJS.ErrnoException;
    throw new SidecarError('config_invalid', `cannot listen on ${host} port ${port}: ${code}`, { cause: error });
  }
  // A connection that could not be taken in, for want of descriptors, is no reason to stop.
  server.on('error', () => undefined);
  return (server.address() as AddressInfo).port;
}
