import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CliError, systemCode } from '../errors.ts';
import type { ListenAddress, TlsFiles } from './listen-address.ts';
import { Refusal, StaleSizeRefusal } from './refusal.ts';
import { readBody } from './request-body.ts';
import type { Witness } from './witness.ts';

/** The HTTP interface of a witness (C2SP tlog-witness) that listens. */
export interface WitnessServer {
  /** URL that is both submission prefix and monitoring prefix. */
  readonly url: string;
  /** Rejects when the state could not be kept; nothing is cosigned after that. */
  readonly failed: Promise<never>;
  /** Takes no new request, lets those under way end, at most for five seconds. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
  readonly allow?: string;
}

const requestTimeoutMs = 10_000;
const closeTimeoutMs = 5000;
const connectionsMax = 256;
const textType = 'text/plain; charset=utf-8';
const sizeType = 'text/x.tlog.size';

const httpOptions: ServerOptions = Object.freeze({
  maxHeaderSize: 8 << 10,
  headersTimeout: requestTimeoutMs / 2,
  requestTimeout: requestTimeoutMs,
  connectionsCheckingInterval: 1000,
  // A log submits about once a second while records arrive.
  keepAliveTimeout: 60_000,
});

/** @throws CliError 78 when it cannot listen, or certificate and key cannot be used */
export async function openWitnessServer(witness: Witness, address: ListenAddress): Promise<WitnessServer> {
  const failure = Promise.withResolvers<never>();
  // Who waits for it learns of it; until then it is not unhandled.
  failure.promise.catch(() => undefined);
  const server = address.tls === undefined ? createServer(httpOptions) : createSecureServer(address.tls);
  server.maxConnections = connectionsMax;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void respond(witness, request, failure.reject).then((answer) => send(response, answer, server.listening));
  });
  await listen(server, address);
  return { url: urlOf(server, address), failed: failure.promise, close: () => close(server) };
}

function createSecureServer({ certificate, privateKey }: TlsFiles): HttpServer {
  try {
    return createTlsServer({
      ...httpOptions,
      cert: certificate,
      key: privateKey,
      minVersion: 'TLSv1.3',
      handshakeTimeout: requestTimeoutMs / 2,
    });
  } catch (error) {
    const reason = systemCode(error) ?? 'unknown reason';
    throw new CliError(78, `certificate and private key cannot be used (${reason})`, 'check both files');
  } finally {
    privateKey.fill(0);
  }
}

async function listen(server: HttpServer, { host, port }: ListenAddress): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (error) {
    throw new CliError(78, `cannot listen on ${host} port ${port} (${systemCode(error)})`, 'choose another --listen');
  }
  // A connection that could not be taken in, for want of descriptors, is no reason to stop.
  server.on('error', () => undefined);
}

function urlOf(server: HttpServer, { host, tls }: ListenAddress): string {
  const { port } = server.address() as AddressInfo;
  return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function close(server: HttpServer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const timeout = setTimeout(() => server.closeAllConnections(), closeTimeoutMs);
  await promise;
  clearTimeout(timeout);
}

async function respond(
  witness: Witness,
  request: IncomingMessage,
  onFailure: (error: unknown) => void,
): Promise<Answer> {
  try {
    return await route(witness, request);
  } catch (error) {
    if (error instanceof StaleSizeRefusal) return { status: 409, body: `${error.size}\n`, contentType: sizeType };
    if (error instanceof Refusal) return { status: error.status, body: `${error.message}\n` };
    // The peer went away in the middle of its request.
    if (request.destroyed && !request.complete) return { status: 400, body: 'incomplete request\n' };
    onFailure(error);
    return { status: 500, body: 'the witness failed\n' };
  }
}

async function route(witness: Witness, request: IncomingMessage): Promise<Answer> {
  const path = request.url ?? '';
  const [, hash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
  const method = path === '/add-checkpoint' ? 'POST' : hash === undefined ? undefined : 'GET';
  if (method === undefined) return { status: 404, body: 'nothing here\n' };
  if (request.method !== method) return { status: 405, body: `only ${method}\n`, allow: method };
  if (hash !== undefined) return { status: 200, body: witness.checkpoint(hash) };
  return { status: 200, body: await witness.addCheckpoint(await readBody(request)) };
}

function send(response: ServerResponse, { status, body, contentType, allow }: Answer, isOpen: boolean): void {
  // What was not read to its end would be taken for the next request; and who stops waits for no other one.
  const isLast = !isOpen || !response.req.complete;
  response.writeHead(status, {
    'Content-Type': contentType ?? textType,
    'Content-Length': Buffer.byteLength(body),
    ...(allow !== undefined && { Allow: allow }),
    ...(isLast && { Connection: 'close' }),
  });
  response.end(body);
}
