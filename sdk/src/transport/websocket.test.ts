import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { RemoteRpc } from '../client/remote.ts';
import { Session } from '../client/session.ts';
import { System } from '../client/system.ts';
import { type WebSocketConstructor, webSocket } from './websocket.ts';

const limits = { messageBytes: 1 << 20, attachmentBytes: 1 << 20, attachments: 64, inFlight: 4 };
const hello = { protocol: 1, attachments: true, limits };

type Request = { id: number; method: string; params: Record<string, unknown>; attachments?: number[] };
type Respond = (request: Request, bodies: readonly Buffer[], socket: WebSocket) => void;

let server: WebSocketServer;
let respond: Respond;
let rpc: RemoteRpc | undefined;

/** A second implementation of the wire format over `ws`. */
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    let request: Request | undefined;
    let bodies: Buffer[] = [];
    socket.on('message', (data: Buffer, binary) => {
      if (binary) bodies.push(data);
      else request = JSON.parse(data.toString()) as Request;
      if (request === undefined || bodies.length < (request.attachments?.length ?? 0)) return;
      if (request.method === 'system.hello') reply(socket, request, hello);
      else respond(request, bodies, socket);
      bodies = [];
    });
  });
  await once(server, 'listening');
});

afterEach(async () => {
  await rpc?.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function reply(socket: WebSocket, { id }: Request, result: object, bodies: readonly Uint8Array[] = []): void {
  const attachments = bodies.length === 0 ? {} : { attachments: bodies.map((body) => body.length) };
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, result, ...attachments }));
  for (const body of bodies) socket.send(body);
}

function url(): string {
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function open(Constructor?: WebSocketConstructor): Promise<RemoteRpc> {
  const transport = webSocket(url(), Constructor);
  rpc = await RemoteRpc.open({ transport, greeting: { token: 'a-token-of-16-characters' }, connectTimeoutMs: 10_000 });
  return rpc;
}

describe.each<[string, WebSocketConstructor | undefined]>([
  ['the WebSocket of the runtime', undefined],
  ['the package ws', WebSocket],
])('%s', (_, Constructor) => {
  test('attachments travel both ways, the empty one too', async () => {
    respond = ({ id, params }, bodies, socket) => {
      expect(params.data).toEqual({ attachment: 0 });
      reply(socket, { id } as Request, { data: { attachment: 0 } }, bodies);
    };
    const remote = await open(Constructor);
    for (const length of [0, 1, 100_000]) {
      const data = new Uint8Array(length).fill(length % 251);
      const params = { algorithm: { name: 'AES-GCM' }, key: 'k', data };
      expect(await remote.call('subtle.encrypt', params as never)).toEqual({ data });
    }
  });

  test('the loss is told and the next call opens again', async () => {
    respond = (_request, _bodies, socket) => socket.terminate();
    const remote = await open(Constructor);
    await expect(remote.call('system.status', {})).rejects.toMatchObject({ code: 'connection_lost' });
    respond = (request, _bodies, socket) => reply(socket, request, { bytes: { attachment: 0 } }, [Buffer.of(7)]);
    expect(await new System(remote).random(1)).toEqual(Uint8Array.of(7));
    expect(remote.sessionNumber).toBe(2);
  });

  test.each<[string, (socket: WebSocket) => void]>([
    ['binary frame that nobody announced', (socket) => socket.send(Buffer.of(1))],
    [
      'text frame in place of an attachment',
      (socket) => ['{"attachments":[1]}', '{}'].map((text) => socket.send(text)),
    ],
    [
      'attachment of another length',
      (socket) => ['{"attachments":[1]}', Buffer.alloc(2)].map((data) => socket.send(data)),
    ],
    ['text that is not JSON', (socket) => socket.send('nonsense')],
  ])('a %s ends the connection', async (_name, send) => {
    respond = (_request, _bodies, socket) => send(socket);
    const remote = await open(Constructor);
    await expect(remote.call('system.status', {})).rejects.toMatchObject({
      code: 'connection_lost',
      cause: { name: 'FrameError' },
    });
  });
});

test('handles are released in lists that the sidecar takes', async () => {
  const lists: string[][] = [];
  respond = (request, _bodies, socket) => {
    const handles = request.params.handles as string[];
    lists.push(handles);
    reply(socket, request, { released: handles.length });
  };
  const session = new Session(await open());
  const handles = Array.from({ length: 2001 }, (_, index) => `handle-${index}`);
  expect(await session.release(handles)).toBe(2001);
  expect(lists.map((list) => list.length)).toEqual([1000, 1000, 1]);
  expect(lists.flat()).toEqual(handles);
  expect(await session.release([])).toBe(0);
});

test.each([['http://127.0.0.1:1'], ['127.0.0.1:1'], ['']])('%j is no address of a WebSocket', (address) => {
  expect(() => webSocket(address)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
});

test('a runtime without WebSocket is told to pass one', () => {
  vi.stubGlobal('WebSocket', undefined);
  try {
    expect(() => webSocket('ws://127.0.0.1:1')).toThrow(expect.objectContaining({ code: 'not_supported' }));
  } finally {
    vi.unstubAllGlobals();
  }
});

test('nobody listening is a lost connection with its cause', async () => {
  const address = url();
  server.close();
  const transport = webSocket(address);
  const opening = RemoteRpc.open({ transport, greeting: {}, connectTimeoutMs: 50 });
  await expect(opening).rejects.toMatchObject({ code: 'connection_lost', cause: expect.any(Error) });
});

/** That of Node 22 fires no close event when it could not be opened. */
class WebSocketWithoutClose extends WebSocket {
  override addEventListener: WebSocket['addEventListener'] = (type, listener, options) => {
    if (type !== 'close') super.addEventListener(type, listener, options);
  };
}

test('an attempt ends with its error even where no close event follows', async () => {
  const address = url();
  server.close();
  const transport = webSocket(address, WebSocketWithoutClose);
  const opening = RemoteRpc.open({ transport, greeting: {}, connectTimeoutMs: 50 });
  await expect(opening).rejects.toMatchObject({ code: 'connection_lost', cause: { code: 'ECONNREFUSED' } });
});
