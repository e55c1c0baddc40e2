import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { SidecarError } from '../errors.ts';
import { admissionRules } from './http-origin.ts';
import type { Listener } from './listener.ts';
import { bindSocketFile, type SocketFileOptions } from './socket-file.ts';
import { listenTcp } from './tcp-server.ts';

/** Where health and metrics are told, to whoever can connect: a loopback address or a Unix socket. */
export type ProbeListenOptions = SocketFileOptions | { readonly host: string; readonly port: number };

export interface ProbePage {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type MakePage = (headers: { readonly accept: string | undefined }) => Promise<ProbePage>;

/** Pages by their paths, made when they are asked for. */
export type ProbePages = ReadonlyMap<string, MakePage>;

const limits = Object.freeze({
  maxHeaderSize: 8 << 10,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
});
/** Collectors and probes of a host are few. */
const connectionsMax = 64;
const answersPerConnection = 1_000;
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Listens for HTTP that only reads: nothing that is sent changes anything, and no request may have a body.
 *
 * @param onError hears why a page could not be made
 * @throws SidecarError `config_invalid`; `state_locked` when another process listens at the path
 */
export async function listenProbes(
  options: ProbeListenOptions,
  pages: ProbePages,
  onError: (error: unknown) => void,
): Promise<Listener> {
  const server = createServer(limits);
  server.maxConnections = connectionsMax;
  server.maxRequestsPerSocket = answersPerConnection;
  const place = 'path' in options ? await listenFile(server, options) : await listenLoopback(server, options);
  // A connection that could not be taken in, for want of descriptors, is no reason to stop.
  server.on('error', () => undefined);
  server.on('clientError', (_, socket) => refuseRaw(socket as Socket));
  server.on('request', answering(pages, place.hosts, onError));
  return {
    address: place.address,
    close() {
      place.remove();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

interface Place {
  readonly address: string;
  /** Values of the Host header that are let in; any where it is undefined. */
  readonly hosts: ReadonlySet<string> | undefined;
  remove(): void;
}

async function listenFile(server: Server, options: SocketFileOptions): Promise<Place> {
  const { remove } = await bindSocketFile(server, options);
  return { address: options.path, hosts: undefined, remove };
}

async function listenLoopback(server: Server, { host, port }: { host: string; port: number }): Promise<Place> {
  if (host !== '127.0.0.1' && host !== '::1') {
    throw new SidecarError('config_invalid', 'metrics are told on 127.0.0.1 or ::1 only');
  }
  const own = await listenTcp({ server, tls: undefined }, { host, port });
  const { hosts } = admissionRules(own, { host, allowedHosts: [], allowedOrigins: [] });
  const literal = host.includes(':') ? `[${host}]` : host;
  return { address: `http://${literal}:${own}`, hosts, remove: () => undefined };
}

function answering(pages: ProbePages, hosts: Place['hosts'], onError: (error: unknown) => void): RequestListener {
  return (request, response) => {
    answer(request, pages, hosts)
      .catch((error): Answer => {
        onError(error);
        return { status: 500 };
      })
      .then((made) => send(request, response, made));
  };
}

interface Answer extends Partial<ProbePage> {
  readonly status: number;
  readonly allow?: string;
}

async function answer(request: IncomingMessage, pages: ProbePages, hosts: Place['hosts']): Promise<Answer> {
  const { method = '', url = '', headers } = request;
  // A page of elsewhere, whose name may have been rebound to this address, is to read nothing.
  if (hosts !== undefined && !hosts.has(headers.host?.toLowerCase() ?? '')) return { status: 421 };
  if (headers.origin !== undefined) return { status: 403 };
  const page = pages.get(url);
  if (page === undefined) return { status: 404 };
  if (!methods.has(method)) return { status: 405, allow: 'GET, HEAD' };
  if (hasBody(request)) return { status: 413 };
  return await page({ accept: headers.accept });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** A connection ends with its first refusal: what follows on it may be a body. */
function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, contentType, body, allow }: Answer,
): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(body ?? ''),
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...(allow !== undefined && { allow }),
    ...(body === undefined && { connection: 'close' }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

/** What is no HTTP, or came too slowly. */
function refuseRaw(socket: Socket): void {
  if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  else socket.destroy();
}
