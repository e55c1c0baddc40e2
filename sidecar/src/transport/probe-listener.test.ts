import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Listener } from './listener.ts';
import { listenProbes, type MakePage, type ProbePages } from './probe-listener.ts';

const errors: unknown[] = [];
const pages: ProbePages = new Map<string, MakePage>([
  ['/page', async ({ accept }) => ({ status: 200, contentType: 'text/plain', body: `accepts ${accept}\n` })],
  ['/broken', () => Promise.reject(new Error('/secret/path is broken'))],
]);

let folder: string;
let listener: Listener;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-'));
  errors.length = 0;
});
afterEach(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

async function listenFile(): Promise<string> {
  listener = await listenProbes({ name: 'metrics', path: join(folder, 'm.sock'), mode: 0o660 }, pages, (error) =>
    errors.push(error),
  );
  return listener.address;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function ask(socketPath: string, path: string, options: object = {}, sent = ''): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const asked = request({ socketPath, path, ...options }, async (response) => {
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += chunk;
    resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
  });
  asked.on('error', reject);
  asked.end(sent);
  return promise;
}

/** What comes back for raw bytes, until the other side ends. */
async function raw(path: string, text: string): Promise<string> {
  const socket: Socket = connect(path);
  socket.write(text);
  let answer = '';
  for await (const chunk of socket.setEncoding('latin1')) answer += chunk;
  return answer;
}

describe('a listener for probes', () => {
  it('answers GET and HEAD on a socket of its mode, and nothing is to be kept of it', async () => {
    const path = await listenFile();
    expect(statSync(path).mode & 0o777).toBe(0o660);
    const got = await ask(path, '/page', { headers: { accept: 'a/b' } });
    expect(got).toMatchObject({ status: 200, body: 'accepts a/b\n', headers: { 'cache-control': 'no-store' } });
    const head = await ask(path, '/page', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '18' } });
  });

  it.each([
    ['an unknown path', '/other', {}, '', 404],
    ['a query', '/page?x=1', {}, '', 404],
    ['a path that climbs', '/../page', {}, '', 404],
    ['POST', '/page', { method: 'POST' }, '', 405],
    ['DELETE', '/page', { method: 'DELETE' }, '', 405],
    ['a body', '/page', { method: 'GET', headers: { 'content-length': 4 } }, 'body', 413],
    ['a web page', '/page', { headers: { origin: 'http://localhost' } }, '', 403],
  ])('refuses %s', async (_, path, options, sent, status) => {
    expect((await ask(await listenFile(), path, options, sent)).status).toBe(status);
  });

  it('says which methods there are', async () => {
    const { headers } = await ask(await listenFile(), '/page', { method: 'PUT' });
    expect(headers.allow).toBe('GET, HEAD');
  });

  it('tells the operator, and nobody else, why a page cannot be made', async () => {
    expect(await ask(await listenFile(), '/broken')).toMatchObject({ status: 500, body: '' });
    expect(errors).toEqual([expect.objectContaining({ message: '/secret/path is broken' })]);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'headers that are too long',
      `GET /page HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(9000)}\r\n\r\n`,
      /^HTTP\/1\.1 4\d\d /,
    ],
    [
      'two requests in one',
      'GET /other HTTP/1.1\r\nHost: a\r\n\r\nGET /page HTTP/1.1\r\nHost: a\r\n\r\n',
      /^HTTP\/1\.1 404 (?!.*accepts)/s,
    ],
  ])('ends the connection of %s', async (_, text, expected) => {
    expect(await raw(await listenFile(), text)).toMatch(expected);
  });

  it('cuts off a request that does not come to its end', async () => {
    const started = performance.now();
    expect(await raw(await listenFile(), 'GET /page HTTP/1.1\r\nHost: a\r\nX-')).toMatch(/^$|^HTTP\/1\.1 4\d\d /);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it('takes no more connections than it can bear', async () => {
    const path = await listenFile();
    const idle = Array.from({ length: 64 }, () => connect(path));
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await expect(ask(path, '/page')).rejects.toThrow();
    for (const socket of idle) socket.destroy();
    await expect.poll(() => ask(path, '/page').catch(() => undefined)).toMatchObject({ status: 200 });
  });
});

describe('on a loopback address', () => {
  const place = { host: '127.0.0.1', port: 0 };
  const askOf = (address: string, host?: string) => {
    const { hostname, port } = new URL(address);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const headers = host === undefined ? {} : { host };
    request({ hostname, port, path: '/page', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
    return promise;
  };

  it('answers who asks for it by its own name, not by one that was rebound to it', async () => {
    listener = await listenProbes(place, pages, () => undefined);
    expect(listener.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await askOf(listener.address)).toBe(200);
    expect(await askOf(listener.address, `localhost:${new URL(listener.address).port}`)).toBe(200);
    expect(await askOf(listener.address, 'evil.example')).toBe(421);
  });

  it('refuses any other address, and one that is taken', async () => {
    await expect(listenProbes({ host: '0.0.0.0', port: 0 }, pages, () => undefined)).rejects.toMatchObject({
      code: 'config_invalid',
    });
    listener = await listenProbes(place, pages, () => undefined);
    const port = Number(new URL(listener.address).port);
    await expect(listenProbes({ ...place, port }, pages, () => undefined)).rejects.toMatchObject({
      code: 'config_invalid',
    });
  });
});
