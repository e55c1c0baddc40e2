import { execFile } from 'node:child_process';
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { liveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { principalsFile, tokenOf } from '../end-to-end/principals.ts';
import type { WireResponse } from './wire-client.ts';

const execute = promisify(execFile);
const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0', '--allow-origin', 'https://app.example'],
  prepare: (folders) => writeConfig(folders, 'principals.json', principalsFile({ ws: ['Operator', 'Officer'] })),
});

interface PythonAnswer {
  readonly publicKey: { readonly format: 'spki'; readonly data: string };
  readonly signature: string;
}

async function python(algorithm: string, message: string): Promise<PythonAnswer> {
  const script = join(import.meta.dirname, 'client.py');
  const { stdout } = await execute('python3', [script, sidecar.process.socket, algorithm, message]);
  return JSON.parse(stdout) as PythonAnswer;
}

test('a client in the standard library of Python makes a key and signs', async () => {
  const { publicKey, signature } = await python('Ed25519', 'a message');
  const key = createPublicKey({ key: Buffer.from(publicKey.data, 'base64url'), format: 'der', type: publicKey.format });
  expect(verify(null, Buffer.from('a message'), key, Buffer.from(signature, 'base64url'))).toBe(true);
});

test('its ML-DSA-65 signature verifies in another implementation', async () => {
  const { publicKey, signature } = await python('ML-DSA-65', 'a message');
  const raw = Buffer.from(publicKey.data, 'base64url').subarray(-1952);
  expect(ml_dsa65.verify(Buffer.from(signature, 'base64url'), Buffer.from('a message'), raw)).toBe(true);
});

/** Opens a WebSocket, says hello with a token, and keeps what comes. */
async function openWebSocket(params: object, options = {}, url = sidecar.process.url) {
  const socket = new WebSocket(url as string, 'ferrohsm.v1', options);
  const messages: { data: Buffer; binary: boolean }[] = [];
  let wake = Promise.withResolvers<void>();
  socket.on('message', (data: Buffer, binary: boolean) => {
    messages.push({ data, binary });
    wake.resolve();
    wake = Promise.withResolvers();
  });
  const closed = once(socket, 'close');
  await once(socket, 'open');
  const next = async () => {
    while (messages.length === 0) {
      await Promise.race([wake.promise, closed.then(() => Promise.reject(new Error('the connection was closed')))]);
    }
    return messages.shift() as { data: Buffer; binary: boolean };
  };
  const call = async (id: number, method: string, callParams: object) => {
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params: callParams }));
    return JSON.parse((await next()).data.toString()) as WireResponse;
  };
  const hello = await call(1, 'system.hello', { protocol: 1, ...params });
  return { socket, next, call, hello, closed };
}

test('a WebSocket client that presents its token in the first message', async () => {
  const { socket, next, call, hello } = await openWebSocket({ token: tokenOf('ws'), attachments: true });
  expect(hello.result).toMatchObject({ principal: { id: 'ws', credential: { kind: 'token' } }, attachments: true });

  const secret = randomBytes(32);
  const params = { format: 'raw', keyData: { attachment: 0 }, extractable: true, usages: ['sign'] };
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const request = { jsonrpc: '2.0', id: 2, method: 'subtle.importKey', params: { ...params, algorithm } };
  socket.send(JSON.stringify({ ...request, attachments: [secret.length] }));
  socket.send(secret);
  const imported = JSON.parse((await next()).data.toString()) as WireResponse;
  const { key } = imported.result as { key: { handle: string } };

  const exported = await call(3, 'subtle.exportKey', { format: 'raw', key: key.handle });
  expect(exported).toMatchObject({ result: { keyData: { attachment: 0 } }, attachments: [32] });
  expect(await next()).toEqual({ data: secret, binary: true });
  socket.close();
});

test.each([
  ['no token', {}],
  ['a wrong token', { token: randomBytes(32).toString('base64url') }],
])('a WebSocket client with %s is refused and closed', async (_, params) => {
  const { hello, closed } = await openWebSocket(params);
  expect(hello.error?.data.code).toBe('unauthenticated');
  await closed;
});

test('a binary message that nobody announced ends the connection', async () => {
  const { socket, next, closed } = await openWebSocket({ token: tokenOf('ws') });
  socket.send(Buffer.from('{}'));
  expect(JSON.parse((await next()).data.toString())).toMatchObject({ error: { data: { code: 'invalid_request' } } });
  await closed;
});

test.each([
  ['a page of another origin', { origin: 'https://evil.example' }, '', 403],
  ['a name that was rebound to this address', { headers: { Host: 'evil.example' } }, '', 421],
  ['a token in the address', {}, '/?token=secret', 400],
])('%s does not get through the handshake', async (_, options, path, status) => {
  const socket = new WebSocket(`${sidecar.process.url}${path}`, 'ferrohsm.v1', options);
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(status);
  socket.terminate();
});

test('a page of an allowed origin gets through', async () => {
  const { hello, socket } = await openWebSocket({ token: tokenOf('ws') }, { origin: 'https://app.example' });
  expect(hello.result).toBeDefined();
  socket.close();
});
