import { afterEach, expect, test } from 'vitest';
import { liveSidecar } from '../end-to-end/live-sidecar.ts';
import { WireClient, type WireResponse } from './wire-client.ts';

const sidecar = liveSidecar();
const clients: WireClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

async function open(): Promise<WireClient> {
  const client = await WireClient.open(sidecar.process.socket);
  clients.push(client);
  return client;
}

const hello = { jsonrpc: '2.0', id: 1, method: 'system.hello', params: { protocol: 1 } };
const status = { jsonrpc: '2.0', id: 2, method: 'system.status' };

test('system.hello tells limits, the principal and the keys of the log', async () => {
  const { result } = await (await open()).call('system.hello', { protocol: 1, client: 'netcat/1.0' });
  expect(result).toMatchObject({
    protocol: 1,
    attachments: false,
    principal: { id: 'owner', credential: { kind: 'unix-peer', uid: process.getuid?.(), pid: process.pid } },
    limits: { messageBytes: 1 << 20, attachments: 64, depth: 32, batch: 64, inFlight: 1024 },
    log: { keys: [expect.stringContaining('+'), expect.stringContaining('+')] },
  });
});

test.each([
  ['another method', 'system.status', undefined, 'unauthenticated'],
  ['a method that does not exist', 'system.nothing', undefined, 'method_not_found'],
  ['another version of the protocol', 'system.hello', { protocol: 2 }, 'version_unsupported'],
  ['a hello with a member too many', 'system.hello', { protocol: 1, uid: 0 }, 'invalid_params'],
  ['a token that nobody has', 'system.hello', { protocol: 1, token: 'x'.repeat(43) }, 'unauthenticated'],
])('%s as the first message is refused and the connection closed', async (_, method, params, code) => {
  const client = await open();
  expect((await client.call(method, params)).error?.data.code).toBe(code);
  await client.closed;
});

test.each([
  ['garbage', 'GET / HTTP/1.1\n', 'parse_error'],
  [
    'a notification',
    `${JSON.stringify({ jsonrpc: '2.0', method: 'system.hello', params: { protocol: 1 } })}\n`,
    'invalid_request',
  ],
  ['null', 'null\n', 'invalid_request'],
  ['a list as method', `${JSON.stringify({ ...hello, method: ['system.hello'] })}\n`, 'invalid_request'],
  ['more than 64 KiB', `${JSON.stringify({ ...hello, padding: 'x'.repeat(65 << 10) })}\n`, 'message_too_big'],
  ['announced attachments', `${JSON.stringify({ ...hello, attachments: [4] })}\nabcd`, 'invalid_request'],
])('%s as the first bytes is refused and the connection closed', async (_, bytes, code) => {
  const client = await open();
  client.write(bytes);
  expect((await client.response()).error?.data.code).toBe(code);
  expect(await client.rest()).toBe('');
});

test('a batch of what are no requests is refused and the connection closed', async () => {
  const client = await open();
  client.send([null, [], 1, 'system.hello']);
  const answers = (await client.message()).value as WireResponse[];
  expect(answers.map(({ error }) => error?.data.code)).toEqual(Array(4).fill('invalid_request'));
  await client.closed;
  expect((await (await open()).call('system.hello', { protocol: 1 })).result).toBeDefined();
});

test('what is written behind system.hello before its answer waits for it and is served', async () => {
  const client = await open();
  client.write([hello, status, { ...status, id: 'three' }].map((message) => `${JSON.stringify(message)}\n`).join(''));
  const answers = [await client.response(), await client.response(), await client.response()];
  // The order of answers is nobody's promise, but for that of the hello.
  expect(answers[0]?.id).toBe(1);
  expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([1, 2, 'three']));
  expect(answers.every(({ result }) => result !== undefined)).toBe(true);
});

test('what is written behind a refused hello is not served', async () => {
  const client = await open();
  const refused = { ...hello, params: { protocol: 1, token: 'x'.repeat(43) } };
  client.write(`${JSON.stringify(refused)}\n${JSON.stringify(status)}\n`);
  const texts = (await client.rest()).trim().split('\n');
  const answers = texts.map((text) => JSON.parse(text) as WireResponse);
  expect(answers.map(({ error }) => error?.data.code)).toEqual(answers.map(() => 'unauthenticated'));
  expect(answers.length).toBeGreaterThan(0);
});

test('a hello and what follows it may be one batch', async () => {
  const client = await open();
  client.send([hello, status]);
  const answers = (await client.message()).value as WireResponse[];
  expect(answers.map(({ id, result }) => [id, result !== undefined])).toEqual([
    [1, true],
    [2, true],
  ]);
});

test('a second hello is refused and changes nothing', async () => {
  const client = await open();
  await client.call('system.hello', { protocol: 1 });
  expect((await client.call('system.hello', { protocol: 1 })).error?.data.code).toBe('invalid_request');
  expect((await client.call('session.whoami')).result).toMatchObject({ principal: { id: 'owner' } });
});

test('a client that ends its side after its last request still gets the answers', async () => {
  const client = await open();
  client.socket.end([hello, status].map((message) => `${JSON.stringify(message)}\n`).join(''));
  expect((await client.rest()).trim().split('\n')).toHaveLength(2);
});
