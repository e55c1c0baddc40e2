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
  'session.whoami': { principal: { id: 'p' }, session: 's' },
};

/** What the peers were asked, as method and params. */
let asked: [string, unknown][];
let folder: string;
let path: string;
const unix = createServer((socket) => {
  createInterface({ input: socket }).on('line', (line) => socket.write(`${answer(line)}\n`));
});
const webSockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
webSockets.on('connection', (socket) => {
  socket.on('message', (data) => socket.send(answer(String(data))));
});

function answer(text: string): string {
  const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: unknown };
  asked.push([method, params]);
  return JSON.stringify({ jsonrpc: '2.0', id, result: results[method] });
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
