import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import * as portable from '../index.ts';
import * as node from '../node.ts';

const limits = { messageBytes: 1 << 20, attachmentBytes: 0, attachments: 0, inFlight: 4 };
const hello = { protocol: 1, attachments: false, limits };
const token = 'a-token-of-16-characters';
const results: Readonly<Record<string, object>> = {
  'system.hello': hello,
  'system.status': { version: '1' },
  'system.random': { bytes: 'BQU' },
  'rpc.discover': { openrpc: '1.3.2' },
  'audit.checkpoint': { checkpoint: { note: 'n', size: 1, keys: [] } },
  'audit.list': { records: [], size: 1 },
  'audit.receipt': { receipt: 'r' },
  'audit.rotateKeys': { keys: ['a', 'b'] },
  'audit.setRetention': { keepDays: 90 },
  'audit.prune': { minimumIndex: 512 },
  'audit.erase': { erased: 3, endIndex: 256 },
  'session.whoami': { principal: { id: 'p' }, session: 's' },
};

/** What the peers were asked, as method and params. */
let asked: [string, unknown][];
/** Methods of which one answer is lost with its connection. */
const lost = new Set<string>();
let folder: string;
let path: string;
const unix = createServer((socket) => {
  createInterface({ input: socket }).on('line', (line) => {
    const text = answer(line);
    if (lost.delete(asked.at(-1)?.[0] ?? '')) socket.destroy();
    else socket.write(`${text}\n`);
  });
});
const webSockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
webSockets.on('connection', (socket) => {
  socket.on('message', (data) => socket.send(answer(String(data))));
});

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
  readonly receipt?: boolean;
}

function answer(text: string): string {
  const { id, method, params, receipt } = JSON.parse(text) as Request;
  asked.push([method, params]);
  const proof = receipt === true ? { receipt: `receipt of ${method}` } : {};
  return JSON.stringify({ jsonrpc: '2.0', id, result: results[method], ...proof });
}

beforeEach(async () => {
  asked = [];
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-'));
  path = join(folder, 'peer.sock');
  await once(unix.listen(path), 'listening');
});

afterEach(() => {
  vi.unstubAllEnvs();
  unix.close();
  rmSync(folder, { recursive: true });
});

afterAll(() => {
  for (const socket of webSockets.clients) socket.terminate();
  webSockets.close();
});

const url = () => `ws://127.0.0.1:${(webSockets.address() as AddressInfo).port}`;

test.each([
  ['the portable connect over WebSocket', () => portable.connect({ url: url(), token, client: 'test' }), { token }],
  ['connect of Node over WebSocket', () => node.connect({ url: url(), token, client: 'test' }), { token }],
  ['connect of Node over a socket', () => node.connect({ socket: path, client: 'test' }), {}],
])('%s gives the typed clients', async (_, connect, credential) => {
  const hsm = await connect();
  expect(hsm.subtle).toBe(hsm.crypto.subtle);
  expect(await hsm.system.status()).toEqual({ version: '1' });
  expect(await hsm.system.random(2)).toEqual(Uint8Array.of(5, 5));
  expect(await hsm.system.discover()).toEqual({ openrpc: '1.3.2' });
  expect(await hsm.audit.checkpoint()).toEqual({ note: 'n', size: 1, keys: [] });
  expect(await hsm.audit.list({ start: 3, limit: 4 })).toEqual({ records: [], size: 1 });
  expect(await hsm.session.whoami()).toEqual({ principal: { id: 'p' }, session: 's' });
  expect(asked).toEqual([
    ['system.hello', { client: 'test', ...credential, protocol: 1, attachments: true }],
    ['system.status', {}],
    ['system.random', { length: 2 }],
    ['rpc.discover', {}],
    ['audit.checkpoint', {}],
    ['audit.list', { start: 3, limit: 4 }],
    ['session.whoami', {}],
  ]);
  await hsm.close();
  await expect(hsm.system.status()).rejects.toMatchObject({ code: 'connection_lost' });
});

test('the PKCS#11 front process says whom it speaks for, with each connection', async () => {
  const peer = { socket: 'payments', uid: 1, gid: 2, pid: 3 };
  await using hsm = await node.connect({ socket: path, client: 'test', peer, token });
  const greeting = ['system.hello', { client: 'test', token, peer, protocol: 1, attachments: true }];
  lost.add('system.status');
  await expect(hsm.system.status()).rejects.toMatchObject({ code: 'connection_lost' });
  expect(await hsm.system.status()).toEqual({ version: '1' });
  expect(asked).toEqual([greeting, ['system.status', {}], greeting, ['system.status', {}]]);
});

test('the environment names the socket, and leaving the block closes the client', async () => {
  vi.stubEnv('FERROHSM_SOCKET', path);
  const left = await (async () => {
    await using hsm = await node.connect();
    await hsm.system.status();
    return hsm;
  })();
  expect(asked[0]).toEqual([
    'system.hello',
    expect.objectContaining({ client: expect.stringMatching(/^@ferrohsm\/sdk \d/) }),
  ]);
  await expect(left.system.status()).rejects.toBeInstanceOf(portable.FerroHsmError);
});

test('the log is administered with the requestId that is given, or a fresh one each time', async () => {
  await using hsm = await node.connect({ socket: path });
  const once = { requestId: 'request-1' };
  expect(await hsm.audit.rotateKeys(once)).toEqual(['a', 'b']);
  expect(await hsm.audit.setRetention(90, once)).toBeUndefined();
  expect(await hsm.audit.prune({ before: 600, ...once })).toBe(512);
  expect(await hsm.audit.erase('bob', { before: 1000, ...once })).toEqual({ erased: 3, endIndex: 256 });
  expect(asked.slice(1)).toEqual([
    ['audit.rotateKeys', once],
    ['audit.setRetention', { keepDays: 90, ...once }],
    ['audit.prune', { before: 600, ...once }],
    ['audit.erase', { principal: 'bob', before: 1000, ...once }],
  ]);
  asked = [];
  await hsm.audit.rotateKeys();
  await hsm.audit.setRetention(90);
  await hsm.audit.prune();
  await hsm.audit.erase('bob');
  const ids = asked.map(([, params]) => (params as { requestId: string }).requestId);
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
});

test('a view that wants receipts asks for one with each call and hands it over', async () => {
  await using hsm = await node.connect({ socket: path });
  const receipts: [string, string][] = [];
  const view = hsm.with({ onReceipt: (...given) => receipts.push(given) });
  await view.system.status();
  await view.audit.rotateKeys();
  await hsm.system.status();
  expect(receipts).toEqual([
    ['receipt of system.status', 'system.status'],
    ['receipt of audit.rotateKeys', 'audit.rotateKeys'],
  ]);
  expect(await hsm.audit.receipt(7)).toBe('r');
  expect(asked.at(-1)).toEqual(['audit.receipt', { index: 7 }]);
});

test.each<[string, (hsm: node.FerroHsm) => Promise<unknown>]>([
  ['audit.rotateKeys', (hsm) => hsm.audit.rotateKeys()],
  ['audit.setRetention', (hsm) => hsm.audit.setRetention(90)],
  ['audit.prune', (hsm) => hsm.audit.prune()],
  ['audit.erase', (hsm) => hsm.audit.erase('bob')],
])('%s is asked for again with the same requestId when its answer is lost', async (method, act) => {
  await using hsm = await node.connect({ socket: path });
  lost.add(method);
  await act(hsm);
  const [first, second, ...more] = asked.filter(([name]) => name === method);
  expect(first?.[1]).toMatchObject({ requestId: expect.any(String) });
  expect(second).toEqual(first);
  expect(more).toEqual([]);
});
