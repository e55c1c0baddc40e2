import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FerroHsmError } from '../errors.ts';
import { unixSocket } from '../transport/unix-socket.ts';
import { RemoteRpc } from './remote.ts';

interface PeerRequest {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly bodies: readonly Buffer[];
  reply(result: object, bodies?: readonly Uint8Array[]): void;
  fail(code: number, message: string, data?: object): void;
  readonly socket: Socket;
}

const algorithm = { name: 'AES-GCM' };
const limits = {
  messageBytes: 1 << 20,
  attachmentBytes: 8 << 20,
  attachments: 64,
  depth: 32,
  batch: 64,
  inFlight: 128,
  sessionKeys: 10,
};
const hello = {
  protocol: 1,
  server: 'peer',
  session: 'ssn_1',
  principal: { id: 'p', kind: 'workload', roles: [], credential: { kind: 'unix-peer', subject: 'uid:1' } },
  attachments: true,
  limits,
  log: { origin: 'peer', keys: [] },
};

/** A second implementation of the wire format: Buffers, written from its description. */
class Peer {
  readonly requests: PeerRequest[] = [];
  readonly sockets = new Set<Socket>();
  /** Answers `system.hello`; every other request waits for the test. */
  greet = (request: PeerRequest) => request.reply(hello);
  answer: (request: PeerRequest) => void = () => undefined;
  #awaited: { count: number; resolve: () => void } | undefined;
  #server: Server | undefined;

  listen(path: string): Promise<void> {
    this.#server = createServer((socket) => this.#accept(socket));
    return new Promise((resolve) => this.#server?.listen(path, resolve));
  }

  /** Resolves when so many requests after the greetings have come in. */
  async received(count: number): Promise<readonly PeerRequest[]> {
    if (this.requests.length < count) await new Promise<void>((resolve) => (this.#awaited = { count, resolve }));
    return this.requests;
  }

  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.drop();
    return new Promise((resolve) => (this.#server === undefined ? resolve() : this.#server.close(() => resolve())));
  }

  #accept(socket: Socket): void {
    this.sockets.add(socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined));
    let held = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      for (let end = held.indexOf('\n'); end !== -1; end = held.indexOf('\n')) {
        const { attachments = [], ...request } = JSON.parse(held.subarray(0, end).toString());
        const bodies: Buffer[] = [];
        let offset = end + 1;
        for (const length of attachments) {
          bodies.push(held.subarray(offset, offset + length));
          offset += length;
        }
        if (offset > held.length) return;
        held = held.subarray(offset);
        this.#take({ ...request, bodies, socket, ...answers(socket, request.id) });
      }
    });
  }

  #take(request: PeerRequest): void {
    if (request.method === 'system.hello') {
      this.greet(request);
      return;
    }
    this.requests.push(request);
    this.answer(request);
    if (this.#awaited !== undefined && this.requests.length >= this.#awaited.count) this.#awaited.resolve();
  }
}

function answers(socket: Socket, id: number): Pick<PeerRequest, 'reply' | 'fail'> {
  const send = (message: object) => socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...message })}\n`);
  return {
    reply: (result, bodies = []) => {
      send(bodies.length === 0 ? { result } : { result, attachments: bodies.map((body) => body.length) });
      for (const body of bodies) socket.write(body);
    },
    fail: (code, message, data) => void send({ error: { code, message, data } }),
  };
}

let folder: string;
let path: string;
let peer: Peer;
let rpc: RemoteRpc | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-'));
  path = join(folder, 'peer.sock');
  peer = new Peer();
  await peer.listen(path);
});

afterEach(async () => {
  await rpc?.close();
  await peer.close();
  rmSync(folder, { recursive: true });
});

async function open(connectTimeoutMs = 10_000, greeting: object = { client: 'test' }): Promise<RemoteRpc> {
  rpc = await RemoteRpc.open({ transport: unixSocket(path), greeting, connectTimeoutMs });
  return rpc;
}

const refusal = (code: string) => expect.objectContaining({ name: 'FerroHsmError', code });

test('the greeting comes first and carries the token, the version and the capability', async () => {
  let params: unknown;
  peer.greet = (request) => {
    params = request.params;
    request.reply(hello);
  };
  const { hello: said, sessionNumber } = await open(10_000, { client: 'test 1', token: 'a-token-of-16-characters' });
  expect(params).toEqual({ client: 'test 1', token: 'a-token-of-16-characters', protocol: 1, attachments: true });
  expect(said).toEqual(hello);
  expect(sessionNumber).toBe(1);
});

test('a refused greeting is told at once', async () => {
  peer.greet = (request) => request.fail(-32001, 'who', { code: 'unauthenticated', detail: 'no such token' });
  const error = await open().catch((reason: unknown) => reason);
  expect(error).toEqual(refusal('unauthenticated'));
  expect((error as FerroHsmError).detail).toBe('no such token');
});

test('another protocol version is refused', async () => {
  peer.greet = (request) => request.reply({ ...hello, protocol: 2 });
  await expect(open()).rejects.toEqual(refusal('version_unsupported'));
});

test('the calls of one tick leave in one write, whatever they carry', async () => {
  const { call } = callsOf(await open());
  const single = vi.spyOn(Socket.prototype, '_write');
  const gathered = vi.spyOn(Socket.prototype, '_writev');
  const texts = Array.from({ length: 64 }, () => call('system.status', {}));
  await peer.received(64);
  expect([single.mock.calls.length, gathered.mock.calls.length]).toEqual([1, 0]);
  const mixed = [1, 2, 3].map((length) =>
    call('subtle.encrypt', { algorithm, key: 'k', data: new Uint8Array(length) }),
  );
  await peer.received(67);
  expect([single.mock.calls.length, gathered.mock.calls.length]).toEqual([1, 1]);
  vi.restoreAllMocks();
  for (const request of peer.requests) request.reply({ data: '' });
  await Promise.all([...texts, ...mixed]);
});

/** `call` with methods and params that the test names freely. */
function callsOf(remote: RemoteRpc) {
  return {
    call: (method: string, params: object) => remote.call(method as never, params as never) as Promise<unknown>,
  };
}

test('a secret of one byte travels as attachment, public bytes only above 4096', async () => {
  const { call } = callsOf(await open());
  const params = { algorithm: { ...algorithm, iv: new Uint8Array(4096).fill(1) }, key: 'k', data: Uint8Array.of(0xfb) };
  const calls = [
    call('subtle.encrypt', params),
    call('subtle.sign', { algorithm, key: 'k', data: new Uint8Array(4097).fill(2) }),
  ];
  const [encrypt, sign] = await peer.received(2);
  const inline = Buffer.alloc(4096, 1).toString('base64url');
  expect(encrypt?.params).toEqual({ algorithm: { ...algorithm, iv: inline }, key: 'k', data: { attachment: 0 } });
  expect(encrypt?.bodies).toEqual([Buffer.of(0xfb)]);
  expect(sign?.params.data).toEqual({ attachment: 0 });
  expect(sign?.bodies).toEqual([Buffer.alloc(4097, 2)]);
  expect(params.data).toEqual(Uint8Array.of(0xfb));
  sign?.reply({ signature: { attachment: 0 } }, [Buffer.alloc(5000, 3)]);
  encrypt?.reply({ data: '-_8' });
  expect(await Promise.all(calls)).toEqual([
    { data: Uint8Array.of(0xfb, 0xff) },
    { signature: new Uint8Array(5000).fill(3) },
  ]);
});

test('a sidecar without attachments gets text only', async () => {
  peer.greet = (request) => request.reply({ ...hello, attachments: false });
  const { call } = callsOf(await open());
  const call1 = call('subtle.encrypt', { algorithm, key: 'k', data: new Uint8Array(5000) });
  const [encrypt] = await peer.received(1);
  expect(encrypt?.params.data).toBe(Buffer.alloc(5000).toString('base64url'));
  encrypt?.reply({ data: 'AA' });
  expect(await call1).toEqual({ data: new Uint8Array(1) });
});

test.each([['AB'], ['A='], [{ attachment: 0 }], [{ attachment: '0' }], [7], [null]])(
  'the reply %j is not bytes',
  async (data) => {
    peer.answer = (request) => request.reply({ data });
    const { call } = callsOf(await open());
    await expect(call('subtle.decrypt', { algorithm, key: 'k', data: new Uint8Array(1) })).rejects.toEqual(
      refusal('internal_error'),
    );
  },
);

test('replies find their calls in any order', async () => {
  const { call } = callsOf(await open());
  const calls = Array.from({ length: 20 }, (_, length) => call('system.random', { length: length + 1 }));
  for (const request of [...(await peer.received(20))].reverse()) {
    request.reply({ bytes: { attachment: 0 } }, [Buffer.alloc(request.params.length as number, 9)]);
  }
  const lengths = (await Promise.all(calls)).map((result) => (result as { bytes: Uint8Array }).bytes.length);
  expect(lengths).toEqual(Array.from({ length: 20 }, (_, length) => length + 1));
});

test('errors keep code and detail; what the table does not know is an internal error', async () => {
  peer.answer = (request) =>
    request.method === 'keys.get'
      ? request.fail(-32004, 'not found', { code: 'not_found', detail: 'no key named a', hint: 'h', retryable: false })
      : request.fail(-1, 'boom', { code: 'toString' });
  const { call } = callsOf(await open());
  const notFound = await call('keys.get', { name: 'a' }).catch((error: unknown) => error);
  expect(notFound).toBeInstanceOf(FerroHsmError);
  expect(notFound).toMatchObject({ code: 'not_found', detail: 'no key named a' });
  await expect(call('system.status', {})).rejects.toEqual(refusal('internal_error'));
});

test('more calls than the sidecar takes at once wait for their turn', async () => {
  peer.greet = (request) => request.reply({ ...hello, limits: { ...limits, inFlight: 2 } });
  let underWay = 0;
  let most = 0;
  const order: unknown[] = [];
  peer.answer = (request) => {
    order.push(request.params.length);
    most = Math.max(most, ++underWay);
    setImmediate(() => {
      underWay -= 1;
      request.reply({ bytes: 'AA' });
    });
  };
  const { call } = callsOf(await open());
  const random = (length: number) => call('system.random', { length });
  const lengths = Array.from({ length: 50 }, (_, index) => index + 1);
  await Promise.all(lengths.map((length) => random(length).then(() => random(length + 50))));
  expect(most).toBe(2);
  expect(order).toEqual([...lengths, ...lengths.map((length) => length + 50)]);
});

test('what exceeds the limits is refused before it is sent, and harms no other call', async () => {
  peer.answer = (request) => request.reply({ data: 'AA' });
  const { call } = callsOf(await open());
  const params = (bytes: number) => ({ algorithm, key: 'k', data: new Uint8Array(bytes) });
  await expect(call('subtle.encrypt', params(limits.attachmentBytes + 1))).rejects.toEqual(refusal('message_too_big'));
  await expect(call('keys.get', { name: '\u20ac'.repeat(400_000) })).rejects.toEqual(refusal('message_too_big'));
  expect(await call('subtle.encrypt', params(limits.attachmentBytes))).toEqual({ data: new Uint8Array(1) });
});

test('a loss tells pure calls and unsent ones from those that may have happened', async () => {
  peer.greet = (request) => request.reply({ ...hello, limits: { ...limits, inFlight: 3 } });
  const { call } = callsOf(await open());
  const calls = [
    call('subtle.sign', { algorithm, key: 'k', data: new Uint8Array(1) }),
    call('keys.rename', { name: 'a', newName: 'b', requestId: 'request-1' }),
    call('subtle.exportKey', { format: 'raw', key: 'k' }),
    call('keys.create', { name: 'c', algorithm, usages: [], requestId: 'request-2' }),
  ];
  const outcomes = Promise.allSettled(calls);
  await peer.received(3);
  peer.drop();
  expect((await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason.code)).toEqual([
    'connection_lost',
    'outcome_unknown',
    'outcome_unknown',
    'connection_lost',
  ]);
  expect(peer.requests).toHaveLength(3);
});

test('an answer to nobody ends the connection, because some call would wait for ever', async () => {
  const { call } = callsOf(await open());
  peer.answer = ({ socket }) => {
    const error = { code: -32700, message: 'parse error', data: { code: 'parse_error' } };
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: null, error })}\n`);
  };
  const error = await call('system.status', {}).catch((reason: unknown) => reason);
  expect(error).toEqual(refusal('connection_lost'));
  expect((error as FerroHsmError).cause).toEqual(refusal('parse_error'));
});

test('the next call opens a new session, once for all who wait', async () => {
  const remote = await open();
  const { call } = callsOf(remote);
  const lost = call('system.status', {});
  await peer.received(1);
  await peer.close();
  await expect(lost).rejects.toEqual(refusal('connection_lost'));
  const calls = Array.from({ length: 5 }, () => call('system.random', { length: 1 }));
  let greetings = 0;
  peer.greet = (request) => {
    greetings += 1;
    request.reply({ ...hello, session: 'ssn_2' });
  };
  peer.answer = (request) => request.reply({ bytes: 'AA' });
  await peer.listen(path);
  expect(await Promise.all(calls)).toHaveLength(5);
  expect([greetings, remote.sessionNumber, remote.hello.session]).toEqual([1, 2, 'ssn_2']);
});

test('a sidecar that does not answer the greeting is given up', async () => {
  peer.greet = () => undefined;
  await expect(open(50)).rejects.toEqual(refusal('connection_lost'));
});

test('without a sidecar the last cause is told', async () => {
  await peer.close();
  const error = await open(50).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'connection_lost', cause: { code: 'ENOENT' } });
});

test('closing rejects what is pending, ends an attempt to reconnect, and refuses later calls', async () => {
  const remote = await open();
  const { call } = callsOf(remote);
  const pending = call('keys.rename', { name: 'a', newName: 'b', requestId: 'request-1' });
  await peer.received(1);
  await peer.close();
  await expect(pending).rejects.toEqual(refusal('outcome_unknown'));
  const waiting = call('system.status', {});
  await remote.close();
  await expect(waiting).rejects.toEqual(refusal('connection_lost'));
  await expect(call('system.status', {})).rejects.toEqual(refusal('connection_lost'));
});
