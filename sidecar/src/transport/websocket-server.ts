import type { ServerOptions } from 'node:http';
import {
  createTcpServer,
  listenTcp,
  type NetworkListenOptions,
  type TcpServer,
  type TcpServerOptions,
} from './tcp-server.ts';

export type WebSocketListenOptions = NetworkListenOptions;
export type WebSocketServerOptions = Omit<TcpServerOptions, 'protocol' | 'http' | 'handshakeTimeoutMs'>;

/** An HTTP server that listens, for handshakes only. */
export interface HandshakeServer extends TcpServer {
  readonly port: number;
}

const handshakeTimeoutMs = 5000;
const http: ServerOptions = Object.freeze({
  maxHeaderSize: 8 << 10,
  headersTimeout: handshakeTimeoutMs,
  requestTimeout: handshakeTimeoutMs,
  connectionsCheckingInterval: 1000,
});

/** @throws SidecarError `config_invalid` when it cannot listen, or would without TLS on more than the loopback */
export async function openHandshakeServer(
  listening: WebSocketListenOptions,
  options: WebSocketServerOptions,
): Promise<HandshakeServer> {
  const made = createTcpServer(listening, { protocol: 'WebSocket', http, handshakeTimeoutMs, ...options });
  return { ...made, port: await listenTcp(made, listening) };
}
