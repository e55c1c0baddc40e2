import { X509Certificate } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import type { Listener } from './listener.ts';
import { TestAuthority, type TestCertificate } from './test-authority.ts';
import { echoing, temporaryFolder } from './test-peer.ts';
import { listenWebSocket, type WebSocketListenOptions } from './websocket.ts';

const certificates = temporaryFolder();
export const authority = new TestAuthority(certificates.folder, 'authority');
export const stranger = new TestAuthority(certificates.folder, 'stranger');
export const serverNames = { extensions: ['subjectAltName=IP:127.0.0.1'] };
export const server = authority.issue('server', serverNames);
export const client = authority.issue('client', {
  extensions: ['subjectAltName=URI:spiffe://example.org/payments,DNS:client'],
});

export let place: ReturnType<typeof temporaryFolder>;
let listener: Listener | undefined;
const sockets: WebSocket[] = [];

/** For before each test. */
export function makePlace(): void {
  place = temporaryFolder();
}

/** For after each test. */
export async function clearPlace(): Promise<void> {
  closeClients();
  await listener?.close();
  listener = undefined;
  place.remove();
}

export function closeClients(): void {
  for (const socket of sockets.splice(0)) socket.terminate();
}

/** For after all tests. */
export function removeCertificates(): void {
  certificates.remove();
}

/** A listener on copies of the files, so that a test may change them. */
export async function start({
  list,
  clientCa,
  ...options
}: { list?: true; clientCa?: string } & Partial<WebSocketListenOptions> = {}) {
  const { accept, accepted } = echoing();
  const errors: unknown[] = [];
  const refused: string[] = [];
  const { promise: failed, resolve: fail } = Promise.withResolvers<void>();
  const tls = {
    certificate: join(place.folder, 'server.pem'),
    privateKey: join(place.folder, 'server.key'),
    clientCa: clientCa ?? join(place.folder, 'ca.pem'),
    ...(list && { crl: join(place.folder, 'list.pem') }),
  };
  install(server);
  if (clientCa === undefined) copyFileSync(authority.certificate, tls.clientCa);
  if (tls.crl !== undefined) authority.writeList(tls.crl);
  listener = await listenWebSocket(
    { host: '127.0.0.1', port: 0, allowedOrigins: [], allowedHosts: [], tls, ...options },
    accept,
    {
      reloadIntervalMs: 10,
      onRefused: ({ source, reason }) => refused.push(`${source} ${reason}`),
      onError: (error) => {
        errors.push(error);
        fail();
      },
    },
  );
  return {
    accepted,
    errors,
    refused,
    failed,
    tls,
    url: listener.address,
    port: Number(new URL(listener.address).port),
  };
}

export function install({ certificate, privateKey }: TestCertificate): void {
  copyFileSync(privateKey, join(place.folder, 'server.key'));
  copyFileSync(certificate, join(place.folder, 'server.pem'));
}

export interface Opened {
  /** `open`, the status of an HTTP refusal, the TLS alert, or the code of the error. */
  readonly outcome: string | number;
  readonly socket: WebSocket;
  readonly closed: Promise<void>;
  readonly serial: string | undefined;
}

/** What a client shows. */
export function identity({ certificate, privateKey }: TestCertificate): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certificate), key: readFileSync(privateKey) };
}

export function open(url: string, options: ClientOptions = identity(client)): Promise<Opened> {
  const socket = new WebSocket(url, { ca: readFileSync(authority.certificate), ...options });
  sockets.push(socket);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let serial: string | undefined;
  return new Promise((resolve) => {
    const settle = (outcome: string | number) => resolve({ outcome, socket, closed, serial });
    socket.once('upgrade', ({ socket: raw }) => {
      serial = (raw as TLSSocket).getPeerX509Certificate()?.serialNumber;
    });
    socket.once('open', () => settle('open'));
    socket.once('unexpected-response', (_, { statusCode = 0 }) => settle(statusCode));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      settle(/alert [a-z ]+/.exec(error.message)?.[0] ?? error.code ?? error.message),
    );
  });
}

export function serialOf({ certificate }: TestCertificate): string {
  return new X509Certificate(readFileSync(certificate)).serialNumber;
}
