import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';
import { command } from '../../tools/throw-away-sidecar.ts';

/** `ferrohsm audit export --follow` in a process of its own. */
export class ExporterProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  stderr = '';

  constructor(words: readonly string[]) {
    this.#child = spawn(process.execPath, [command, 'audit', 'export', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk;
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it and gives the exit status. */
  async end(name: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.signal(name);
    return this.status();
  }

  async status(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  async says(pattern: RegExp): Promise<void> {
    await until(() => pattern.test(this.stderr), `${pattern} in:\n${this.stderr}`);
  }
}

/** A certificate for this host, made by openssl. */
export function makeCertificate(folder: string): { readonly certificate: string; readonly key: string } {
  const [certificate, key] = [join(folder, 'sink.pem'), join(folder, 'sink.key')];
  const names = ['-subj', '/CN=sink', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { certificate, key };
}

/** How a syslog receiver treats its connections. */
export type Manner = 'reads' | 'hangs' | 'breaks';

/** A syslog receiver over TLS. Parses the frames of RFC 5425 by itself. */
export class SyslogCollector {
  readonly messages: string[] = [];
  manner: Manner = 'reads';
  connections = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  constructor({ certificate, key }: { certificate: string; key: string }) {
    const tls = { cert: readFileSync(certificate), key: readFileSync(key) };
    this.#server = createTlsServer(tls, (socket) => this.#serve(socket));
    this.#server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
    });
  }

  async listen(port = 0): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** As a receiver that dies with all that it had not read. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    socket.on('error', () => undefined);
    if (this.manner === 'hangs') {
      socket.pause();
      return;
    }
    let waiting: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      waiting = this.#take(Buffer.concat([waiting, chunk]));
      if (this.manner === 'breaks') socket.destroy();
    });
  }

  /** Whole frames are messages; the rest waits. */
  #take(bytes: Buffer): Buffer {
    for (let at = 0; ; ) {
      const space = bytes.indexOf(' ', at);
      const length = Number(bytes.toString('latin1', at, space));
      if (space < 0 || space + 1 + length > bytes.length) return bytes.subarray(at);
      this.messages.push(bytes.toString('utf8', space + 1, space + 1 + length));
      at = space + 1 + length;
    }
  }
}

/** One message of RFC 5424, read by its grammar. */
export interface SyslogFields {
  readonly facility: number;
  readonly severity: number;
  readonly time: string;
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly text: string;
}

const syslogHeader = /^<(\d{1,3})>1 (\S+) [!-~]{1,255} ferrohsm - ([!-~]{1,32}) \[ferrohsm@32473/;

export function parseSyslog(message: string): SyslogFields {
  const [head, priority, time = '', name = ''] = syslogHeader.exec(message) ?? [];
  if (head === undefined) throw new Error(`no RFC 5424 message: ${message}`);
  const parameters = new Map<string, string>();
  let at = head.length;
  while (message[at] === ' ') {
    const equals = message.indexOf('="', at);
    let value = '';
    let end = equals + 2;
    for (; message[end] !== '"'; end += 1) {
      if (message[end] === '\\') end += 1;
      value += message[end];
    }
    parameters.set(message.slice(at + 1, equals), value);
    at = end + 1;
  }
  if (message.slice(at, at + 2) !== '] ') throw new Error(`structured data does not end: ${message.slice(at)}`);
  const number = Number(priority);
  return { facility: number >> 3, severity: number & 7, time, name, parameters, text: message.slice(at + 2) };
}

/** An answer of an OTLP collector; none for a request that is left hanging. */
export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A collector of OTLP/HTTP logs. Keeps only what it answered with success. */
export class OtlpCollector {
  readonly indexes: number[] = [];
  readonly requests: { readonly at: number; readonly headers: IncomingMessage['headers']; readonly body: string }[] =
    [];
  /** Answers of the next requests; success when there is none. */
  readonly answers: (Answer | undefined)[] = [];
  readonly #server = createHttpServer((request, response) => void this.#serve(request, response));

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/logs`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    this.requests.push({ at: performance.now(), headers: request.headers, body });
    const answer = this.answers.length > 0 ? this.answers.shift() : success;
    if (answer === undefined) return;
    if (answer === success) this.indexes.push(...otlpIndexes(body));
    response.writeHead(answer.status, answer.headers).end(answer.body ?? '{}');
  }
}

const success: Answer = { status: 200 };

interface OtlpRequest {
  resourceLogs: {
    resource: { attributes: OtlpAttribute[] };
    scopeLogs: { logRecords: { attributes: OtlpAttribute[] }[] }[];
  }[];
}
interface OtlpAttribute {
  key: string;
  value: { intValue?: string; stringValue?: string };
}

export function otlpIndexes(body: string): number[] {
  const { resourceLogs } = JSON.parse(body) as OtlpRequest;
  return resourceLogs
    .flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
    .map(({ attributes }) => Number(attributes.find(({ key }) => key === 'ferrohsm.index')?.value.intValue));
}

/** Waits at most half a minute. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
