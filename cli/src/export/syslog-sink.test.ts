import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SinkError } from './delivery.ts';
import { SyslogSink } from './syslog-sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-syslog-'));
let tls: { readonly cert: Buffer; readonly key: Buffer };

beforeAll(() => {
  const [certificate, key] = [join(folder, 'sink.pem'), join(folder, 'sink.key')];
  const names = ['-subj', '/CN=sink', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  tls = { cert: readFileSync(certificate), key: readFileSync(key) };
});
afterAll(() => rmSync(folder, { recursive: true }));

const messages = Array.from({ length: 1000 }, (_, i) => `<110>1 - - - - - - ${i} ${'x'.repeat(1000)}`);

interface Receiver {
  readonly sink: SyslogSink;
  received(): string;
  close(): Promise<void>;
}

/** A receiver that treats each connection as it is told. */
async function receiver(serve: (socket: Socket, take: (chunk: Buffer) => void) => void): Promise<Receiver> {
  const chunks: Buffer[] = [];
  const server: Server = createServer(tls, (socket) => {
    socket.on('error', () => undefined);
    serve(socket, (chunk) => chunks.push(chunk));
  });
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    sink: new SyslogSink({ host: '127.0.0.1', port, tls: { ca: tls.cert }, timeoutMs: 2000 }),
    received: () => Buffer.concat(chunks).toString(),
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const { signal } = new AbortController();

test('what was delivered was read, each message behind its length', async () => {
  const reading = await receiver((socket, take) => socket.on('data', take));
  for (let batch = 1; batch <= 3; batch += 1) {
    await reading.sink.deliver(messages, signal);
    expect(reading.received()).toBe(
      messages
        .map((message) => `${message.length} ${message}`)
        .join('')
        .repeat(batch),
    );
  }
  await reading.close();
});

describe('is not delivered when the receiver', () => {
  test.each<[string, (socket: Socket, take: (chunk: Buffer) => void) => void]>([
    ['breaks off after the first bytes', (socket) => void socket.once('data', () => socket.destroy())],
    ['closes in order after the first bytes', (socket) => void socket.once('data', () => socket.pause().end())],
    ['closes in order before it reads', (socket) => void socket.pause().end()],
    ['breaks off before it reads', (socket) => void socket.pause().destroy()],
    ['breaks off a while later', (socket) => void setTimeout(() => socket.pause().destroy(), 300)],
    ['never reads', (socket) => void socket.pause()],
  ])('%s', async (_, serve) => {
    const broken = await receiver(serve);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(broken.sink.deliver(messages, signal)).rejects.toThrow(SinkError);
      if (_ === 'never reads') break;
    }
    await broken.close();
  });
});
