import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClientOptions, type RawData, WebSocket } from 'ws';
import { type ConnectionLimits, defaultLimits } from './connection.ts';
import type { Listener } from './listener.ts';
import { echo, echoing, shortLimits } from './test-peer.ts';
import { listenWebSocket, type WebSocketListenOptions } from './websocket.ts';

let listener: Listener | undefined;
const clients: WebSocket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await listener?.close();
  listener = undefined;
});

interface Start {
  readonly options?: Partial<WebSocketListenOptions>;
  readonly limits?: Partial<ConnectionLimits>;
  readonly connections?: number;
  readonly answer?: typeof echo;
}

async function start({ options, limits, connections, answer = echo }: Start = {}) {
  const { accept, accepted } = echoing(answer);
  listener = await listenWebSocket(
    { host: '127.0.0.1', port: 0, allowedOrigins: [], allowedHosts: [], ...options },
    accept,
    { limits: { ...defaultLimits, ...limits }, ...(connections && { connections }) },
  );
  return { accepted, url: listener.address, port: Number(new URL(listener.address).port) };
}

/** A client that notes every message as text, or as hex with a leading #. */
class Client {
  readonly socket: WebSocket;
  readonly received: string[] = [];
  readonly closed: Promise<number>;
  readonly opened: Promise<'open' | number>;
  #wake: () => void = () => undefined;

  constructor(url: string, options: ClientOptions & { readonly protocols?: string[] } = {}) {
    this.socket = new WebSocket(url, options.protocols ?? [], options);
    clients.push(this.socket);
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: RawData, isBinary) => {
      this.received.push(isBinary ? `#${(data as Buffer).toString('hex')}` : data.toString());
      this.#wake();
    });
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.opened = new Promise((resolve) => {
      this.socket.once('open', () => resolve('open'));
      this.socket.once('unexpected-response', (_, { statusCode }) => resolve(statusCode ?? 0));
      this.socket.once('close', () => resolve(0));
    });
  }

  async messages(count: number): Promise<string[]> {
    while (this.received.length < count) {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        this.closed.then(() => reject(new Error(`closed after ${this.received}`)));
      });
    }
    return this.received;
  }
}

async function open(url: string): Promise<Client> {
  const client = new Client(url);
  await client.opened;
  client.socket.send('{"hello":1}');
  await client.messages(1);
  return client;
}

describe('handshake', () => {
  it.each<[string, 'open' | number, ClientOptions, Partial<WebSocketListenOptions>]>([
    ['no origin', 'open', {}, {}],
    ['any origin, none allowed', 403, { origin: 'http://127.0.0.1' }, {}],
    ['the origin null', 403, { origin: 'null' }, {}],
    ['an allowed origin', 'open', { origin: 'https://app.example' }, { allowedOrigins: ['https://app.example'] }],
    ['another origin', 403, { origin: 'https://app.example.evil' }, { allowedOrigins: ['https://app.example'] }],
    ['a rebound name', 421, { headers: { host: 'evil.example' } }, {}],
    [
      'a rebound name with an allowed origin',
      421,
      { origin: 'https://a', headers: { host: 'evil' } },
      { allowedOrigins: ['https://a'] },
    ],
    ['another port in the host', 421, { headers: { host: '127.0.0.1:1' } }, {}],
    ['an allowed host', 'open', { headers: { host: 'HSM.example:443' } }, { allowedHosts: ['hsm.example:443'] }],
  ])('%s: %s', async (_, outcome, clientOptions, options) => {
    const { url, accepted } = await start({ options });
    expect(await new Client(url, clientOptions).opened).toBe(outcome);
    expect(accepted).toHaveLength(outcome === 'open' ? 1 : 0);
  });

  it('localhost is the address itself, a token in the URL and other paths are refused', async () => {
    const { url, port } = await start();
    expect(await new Client(url, { headers: { host: `localhost:${port}` } }).opened).toBe('open');
    expect(await new Client(`${url}/?token=abc`).opened).toBe(400);
    expect(await new Client(`${url}/other`).opened).toBe(404);
  });

  it('the IPv6 loopback is served under its own name', async () => {
    const { url } = await start({ options: { host: '::1' } });
    expect(url).toMatch(/^ws:\/\/\[::1\]:\d+$/);
    expect(await new Client(url).opened).toBe('open');
  });

  it('the subprotocol is optional; compression is off', async () => {
    const { url } = await start();
    const plain = new Client(url);
    const named = new Client(url, { protocols: ['other', 'ferrohsm.v1'], perMessageDeflate: true });
    expect([await plain.opened, await named.opened]).toEqual(['open', 'open']);
    expect([plain.socket.protocol, named.socket.protocol]).toEqual(['', 'ferrohsm.v1']);
    expect(named.socket.extensions).toBe('');
  });

  it('plain HTTP is told to upgrade, or refused like a handshake, without a body', async () => {
    const { port } = await start();
    const get = (headers: Record<string, string>) =>
      new Promise<[number | undefined, string]>((resolve, reject) => {
        request({ port, host: '127.0.0.1', headers }, (response) => {
          response.setEncoding('utf8').once('end', () => resolve([response.statusCode, body]));
          let body = '';
          response.on('data', (text: string) => {
            body += text;
          });
        })
          .once('error', reject)
          .end();
      });
    expect(await get({})).toEqual([426, '']);
    expect(await get({ host: 'evil.example' })).toEqual([421, '']);
    expect(await get({ origin: 'https://evil.example' })).toEqual([403, '']);
  });

  it('a port that is taken is a matter of configuration', async () => {
    const { port } = await start();
    const second = listenWebSocket({ host: '127.0.0.1', port, allowedOrigins: [], allowedHosts: [] }, echoing().accept);
    await expect(second).rejects.toMatchObject({ code: 'config_invalid' });
  });

  it('beyond the limit a connection is closed', async () => {
    const { url } = await start({ connections: 1 });
    await open(url);
    expect(await new Client(url).opened).toBe(0);
  });
});

describe('messages', () => {
  it('a batch with attachments comes back', async () => {
    const { url, accepted } = await start();
    const client = await open(url);
    client.socket.send('[{"a":1,"attachments":[3,0]},{"b":2},{"c":3,"attachments":[1]}]');
    client.socket.send(Buffer.from('abc'));
    client.socket.send(Buffer.alloc(0));
    client.socket.send(Buffer.from('d'));
    expect((await client.messages(5)).slice(1)).toEqual([
      '[{"echo":{"a":1},"attachments":[0,3]},{"echo":{"b":2}},{"echo":{"c":3},"attachments":[1]}]',
      '#',
      '#616263',
      '#64',
    ]);
    expect(accepted[0]?.connection.peer).toEqual({ transport: 'websocket', remoteAddress: '127.0.0.1' });
  });

  it('an attachment in fragments arrives whole, in memory of its own', async () => {
    const { url, accepted } = await start();
    const client = await open(url);
    client.socket.send('{"attachments":[300000]}');
    for (let index = 0; index < 3; index += 1)
      client.socket.send(Buffer.alloc(100_000, index + 1), { fin: index === 2 });
    await client.messages(3);
    const frame = accepted[0]?.frames[1];
    if (frame?.kind !== 'message') throw new Error('no message');
    expect(frame.message.attachments[0]?.buffer.byteLength).toBe(300_000);
    expect(frame.message.attachments[0]).toEqual(Buffer.concat([1, 2, 3].map((byte) => Buffer.alloc(100_000, byte))));
  });

  it('a broken text is answered, and the connection goes on', async () => {
    const { url } = await start();
    const client = await open(url);
    for (const text of ['{"a":1,"a":1}', '{"__proto__":1}', '{"attachments":[-1]}', '']) client.socket.send(text);
    client.socket.send('{"ok":1}');
    expect((await client.messages(6)).slice(1)).toEqual([
      '{"refused":"parse_error"}',
      '{"refused":"parse_error"}',
      '{"refused":"invalid_request"}',
      '{"refused":"parse_error"}',
      '{"echo":{"ok":1}}',
    ]);
  });

  it.each<[string, (string | Buffer)[], string]>([
    ['a binary message that nobody announced', [Buffer.from('abc')], 'invalid_request'],
    ['a binary message of another length', ['{"attachments":[3]}', Buffer.from('abcd')], 'invalid_request'],
    ['a text where a binary message is due', ['{"attachments":[3]}', '{"a":1}'], 'invalid_request'],
    ['a text that is too long', [`"${'x'.repeat(2047)}"`], 'message_too_big'],
    ['attachments that are too long', ['{"attachments":[4096,1]}'], 'message_too_big'],
    ['deep nesting', ['['.repeat(100)], 'message_too_big'],
  ])('after %s the connection is closed', async (_, messages, code) => {
    const { url, accepted } = await start({ limits: { ...shortLimits, messageBytes: 2048 } });
    const client = await open(url);
    for (const message of messages) client.socket.send(message);
    client.socket.send('{"never":"read"}');
    expect(await client.closed).toBe(1000);
    expect(client.received.slice(1)).toEqual([`{"refused":"${code}"}`]);
    expect(accepted[0]?.frames).toHaveLength(2);
  });

  it('more than the longest message is not even collected', async () => {
    const { url, accepted } = await start({ limits: shortLimits });
    const client = await open(url);
    client.socket.send('x'.repeat(5000));
    expect(await client.closed).toBe(1009);
    await accepted[0]?.closed;
    expect(accepted[0]?.frames).toHaveLength(1);
  });

  it('a peer that nobody knows yet may send little', async () => {
    const { url, accepted } = await start();
    const client = new Client(url);
    await client.opened;
    client.socket.send(Buffer.alloc(10 << 20));
    await client.closed;
    await accepted[0]?.closed;
    expect(accepted[0]?.frames).toHaveLength(0);
  });

  it('what is sent in one tick leaves in one write', async () => {
    const { url, accepted } = await start();
    const client = await open(url);
    let reads = 0;
    // The client's TCP socket, of which ws has no public accessor.
    (client.socket as unknown as { _socket: NodeJS.EventEmitter })._socket.prependListener('data', () => {
      reads += 1;
    });
    for (let index = 0; index < 20; index += 1)
      accepted[0]?.connection.send({ value: { index }, attachments: [Buffer.from('x')] });
    await client.messages(41);
    expect(reads).toBe(1);
  });
});

describe('time', () => {
  it('a connection without a first message is closed', async () => {
    const { url, accepted } = await start({ limits: { helloTimeoutMs: 30 } });
    const client = new Client(url);
    await client.closed;
    await accepted[0]?.closed;
    expect(accepted[0]?.frames).toHaveLength(0);
  });

  it('half a frame, half a message and a missing attachment are given up', async () => {
    const { url, port } = await start({ limits: { messageTimeoutMs: 30 } });
    const missing = await open(url);
    missing.socket.send('{"attachments":[3]}');
    await missing.closed;
    const fragments = await open(url);
    fragments.socket.send('{"a":', { fin: false });
    await fragments.closed;

    const raw = connect(port, '127.0.0.1');
    const closed = new Promise((resolve) => raw.once('close', resolve));
    raw.write(
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    await new Promise((resolve) => raw.once('data', resolve));
    // A masked text of 2 bytes with the mask 0, then the first 3 bytes of another.
    raw.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d]));
    await new Promise((resolve) => raw.once('data', resolve));
    raw.write(Buffer.from([0x81, 0xff, 0]));
    await closed;
  });

  it('pings between messages keep an idle connection open', async () => {
    const { url } = await start({ limits: { messageTimeoutMs: 20 } });
    const [idle, half] = [await open(url), await open(url)];
    idle.socket.ping();
    half.socket.send('{"attachments":[3]}');
    await half.closed;
    idle.socket.send('{"a":1}');
    expect(await idle.messages(2)).toEqual(['{"echo":{"hello":1}}', '{"echo":{"a":1}}']);
  });

  it('a client that does not read is not read', async () => {
    const { url, accepted } = await start({ limits: { outboundBytes: 1 << 20 } });
    const client = await open(url);
    client.socket.pause();
    const text = JSON.stringify({ body: 'x'.repeat(100_000) });
    let sent = 0;
    // Unsent requests pile up on the client's side only when the server has stopped reading.
    while (client.socket.bufferedAmount < 8 << 20) {
      client.socket.send(text);
      sent += 1;
      if (sent % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(accepted[0]?.frames.length).toBeLessThan(sent);
    client.socket.resume();
    await client.messages(sent + 1);
    expect(accepted[0]?.frames).toHaveLength(sent + 1);
  });

  it('open requests are answered before the listener closes', async () => {
    const held: (() => void)[] = [];
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { url } = await start({
      answer: (frame, connection) => {
        held.push(() => echo(frame, connection));
        resolve();
      },
    });
    const client = new Client(url);
    await client.opened;
    client.socket.send('{"hello":1}');
    await asked;
    const closed = listener?.close();
    for (const answer of held) answer();
    expect(await client.closed).toBe(1000);
    expect(client.received).toEqual(['{"echo":{"hello":1}}']);
    await closed;
    listener = undefined;
  });
});
