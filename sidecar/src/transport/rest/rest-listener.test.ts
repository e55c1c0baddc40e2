import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultLimits } from '../connection.ts';
import type { Listener } from '../listener.ts';
import { temporaryFolder } from '../test-peer.ts';
import { listenRest, listenRestSocket, type RestServeOptions } from './rest-listener.ts';
import { type Answering, flowError, flowThat } from './test-flow.ts';

let listener: Listener | undefined;
let folder: ReturnType<typeof temporaryFolder> | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener?.close();
  listener = undefined;
  folder?.remove();
});

const ok: Answering = ({ params }) => ({ result: { params } });

async function start(answer: Answering = ok, serving: RestServeOptions = {}) {
  folder = temporaryFolder();
  const path = join(folder.folder, 'rest.sock');
  const flow = flowThat(answer);
  listener = await listenRestSocket({ name: 'default', path }, flow.accept, serving);
  return { path, ...flow };
}

function dial(path: string): Socket {
  const socket = connect(path);
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

/** Everything that comes back until the other side ends the connection, and how long that took. */
async function exchange(path: string, ...pieces: readonly string[]): Promise<{ text: string; tookMs: number }> {
  const startedMs = performance.now();
  const socket = dial(path);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  for (const piece of pieces) {
    socket.write(piece);
    await delay(20);
  }
  if (!socket.closed) await gone(socket);
  return { text, tookMs: performance.now() - startedMs };
}

/** However it ended. */
function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

const post = (length: number | string, more = '') =>
  `POST /v1/random HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`;

describe('time', () => {
  const limits = { ...defaultLimits, helloTimeoutMs: 400, messageTimeoutMs: 800 };

  it('of a header that comes drop by drop is bounded', async () => {
    const { path } = await start(ok, { limits });
    const socket = dial(path);
    const drip = setInterval(() => socket.write('x'), 50);
    socket.write('GET /v1/status HTTP/1.1\r\nHost: a\r\nX: ');
    const startedMs = performance.now();
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    clearInterval(drip);
    expect(chunk.toString()).toMatch(/^HTTP\/1\.1 408 .*"code":"invalid_request"/s);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    await once(socket, 'close');
  });

  it('of a body that comes drop by drop is bounded', async () => {
    const { path, connections } = await start(ok, { limits });
    const socket = dial(path);
    const drip = setInterval(() => socket.write(' '), 50);
    socket.write(post(1000));
    const startedMs = performance.now();
    await gone(socket);
    clearInterval(drip);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    expect(connections[0]?.requests.map(({ method }) => method)).toEqual(['system.hello']);
  });

  it('without a byte is bounded', async () => {
    const { path } = await start(ok, { limits });
    expect((await exchange(path)).tookMs).toBeLessThan(15_000);
  });

  it('without reading the answer is bounded', async () => {
    const large = 'x'.repeat(32 << 20);
    const { path, connections } = await start(() => ({ result: { large } }), { answerTimeoutMs: 300 });
    const socket = dial(path).pause();
    socket.write('GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n');
    const startedMs = performance.now();
    while (connections[0]?.isClosed !== true) await delay(20);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });

  it('of an operation is its own', async () => {
    const { path } = await start(() => delay(900).then(() => ({ result: {} })), {
      answerTimeoutMs: 100,
      keepAliveTimeoutMs: 100,
    });
    const { text } = await exchange(path, 'GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('between two requests is bounded', async () => {
    const { path } = await start(ok, { keepAliveTimeoutMs: 300 });
    const { text, tookMs } = await exchange(path, 'GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(tookMs).toBeLessThan(15_000);
  });
});

describe('size', () => {
  const limits = { ...defaultLimits, messageBytes: 1000, attachmentBytes: 5000 };

  it('of a body that tells its length is refused before it comes', async () => {
    const { path } = await start(ok, { limits });
    const { text } = await exchange(path, post(1001));
    expect(text).toMatch(/^HTTP\/1\.1 413 .*"code":"message_too_big"/s);
    expect(text).toMatch(/^connection: close/im);
  });

  it('of a body that does not is refused when it is too much', async () => {
    const { path } = await start(ok, { limits });
    const head = post(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    const { text } = await exchange(path, head, `3e8\r\n${' '.repeat(1000)}\r\n`, '1\r\n \r\n');
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('of bytes has a limit of its own', async () => {
    const { path } = await start(ok, { limits });
    const sign = '/v1/subtle/sign?key=ses_a&algorithm=%7B%7D';
    const head = (length: number) =>
      `POST ${sign} HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;
    expect((await exchange(path, head(5000), 'x'.repeat(5000))).text).toMatch(/^HTTP\/1\.1 200 /);
    expect((await exchange(path, head(5001))).text).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('of the header is refused', async () => {
    const { path } = await start();
    const { text } = await exchange(path, `GET /v1/status HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(30_000)}\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 431 .*"code":"message_too_big"/s);
  });

  it('of all bodies under way together is refused, until they are read', async () => {
    const { path } = await start(ok, { bodyBytes: 1500 });
    const half = dial(path);
    half.write(`${post(1200)}${' '.repeat(1100)}`);
    await delay(50);
    const other = post(1000, 'Connection: close\r\n') + ' '.repeat(998);
    const { text } = await exchange(path, `${other}{}`);
    expect(text).toMatch(/^HTTP\/1\.1 429 .*retry-after: 1.*"code":"quota_exceeded"/is);
    half.destroy();
    await delay(50);
    expect((await exchange(path, `${other}{}`)).text).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a connection', () => {
  it('beyond the limit is closed before it is heard', async () => {
    const { path } = await start(ok, { connections: 1 });
    const first = dial(path);
    await once(first, 'connect');
    await delay(20);
    expect((await exchange(path, 'GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n')).text).toBe('');
  });

  it('is one session for each token, which end with it', async () => {
    const { path, connections } = await start();
    const get = (token: string) => `GET /v1/status HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const socket = dial(path);
    const answered = new Promise<void>((resolve) => {
      let count = 0;
      socket.on('data', (chunk) => {
        count += String(chunk).split('HTTP/1.1 200').length - 1;
        if (count === 4) resolve();
      });
    });
    socket.write(['token-of-alice-1', 'token-of-bob-123', 'token-of-alice-1', 'token-of-bob-123'].map(get).join(''));
    await answered;
    expect(connections.map(({ requests }) => [requests[0]?.params.token, requests.length])).toEqual([
      ['token-of-alice-1', 3],
      ['token-of-bob-123', 3],
    ]);
    socket.destroy();
    await delay(50);
    expect(connections.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });

  it('goes on with a new session when the flow has ended its session', async () => {
    const { path, connections } = await start();
    const socket = dial(path);
    const get = async () => {
      socket.write('GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n');
      return String((await once(socket, 'data'))[0]).split(' ')[1];
    };
    expect(await get()).toBe('200');
    connections[0]?.connection.close();
    expect([await get(), connections.length]).toEqual(['200', 2]);
  });

  it('that ends meanwhile leaves nobody waiting', async () => {
    const { promise, resolve } = Promise.withResolvers<{ result: object }>();
    const { path, connections } = await start(() => promise);
    const socket = dial(path);
    socket.write('GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n');
    await delay(50);
    socket.destroy();
    await delay(50);
    resolve({ result: {} });
    expect(connections[0]?.isClosed).toBe(true);
  });

  it('is answered before the listener closes, and told that it ends', async () => {
    const { promise, resolve } = Promise.withResolvers<{ result: object }>();
    const { path } = await start(() => promise);
    const socket = dial(path);
    socket.write('GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n');
    await delay(50);
    const closing = listener?.close();
    listener = undefined;
    resolve({ result: { late: true } });
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString()).toContain('"late":true');
    await closing;
    await expect(connectFails(path)).resolves.toBe(true);
  });
});

function connectFails(path: string): Promise<boolean> {
  const socket = dial(path);
  return Promise.race([once(socket, 'error').then(() => true), once(socket, 'connect').then(() => false)]);
}

describe('over TCP', () => {
  async function startTcp(options: object = {}) {
    const flow = flowThat(ok);
    listener = await listenRest(
      { host: '127.0.0.1', port: 0, allowedOrigins: [], allowedHosts: [], ...options },
      flow.accept,
    );
    return { ...flow, port: Number(new URL(listener.address).port) };
  }

  async function get(port: number, headers: Readonly<Record<string, string>>) {
    const call = request({ host: '127.0.0.1', port, path: '/v1/status', headers }).end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  }

  it('lets in the hosts and origins that are its own or named', async () => {
    const { port } = await startTcp({ allowedHosts: ['hsm.example:1'], allowedOrigins: ['https://page.example'] });
    expect(await get(port, {})).toBe(200);
    expect(await get(port, { host: `localhost:${port}` })).toBe(200);
    expect(await get(port, { host: 'HSM.example:1' })).toBe(200);
    expect(await get(port, { host: 'rebound.example' })).toBe(421);
    expect(await get(port, { origin: 'https://page.example' })).toBe(200);
    expect(await get(port, { origin: 'https://other.example' })).toBe(403);
  });

  it('tells the flow where it comes from', async () => {
    const { port, connections } = await startTcp();
    await get(port, { 'user-agent': 'probe/1\u00e9' });
    expect(connections[0]?.connection.peer).toEqual({ transport: 'rest', remoteAddress: '127.0.0.1' });
    expect(connections[0]?.requests[0]?.params).toMatchObject({ protocol: 1, client: 'probe/1?' });
  });

  it.each([
    { host: '0.0.0.0', detail: 'without TLS' },
    { host: 'localhost', detail: 'not an IP address' },
  ])('does not listen on $host', async ({ host, detail }) => {
    await expect(startTcp({ host })).rejects.toMatchObject({
      code: 'config_invalid',
      detail: expect.stringContaining(detail),
    });
  });
});

it('tells refusals of the flow as problems, with the time to wait', async () => {
  const { path } = await start(() => flowError('rate_limited', { retryAfterMs: 2500 }));
  const { text } = await exchange(path, 'GET /v1/status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(text).toMatch(/^HTTP\/1\.1 429 .*retry-after: 3\r\n.*"retryAfterMs":2500/is);
});
