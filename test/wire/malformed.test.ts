import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { liveSidecar } from '../end-to-end/live-sidecar.ts';
import { WireClient, type WireResponse } from './wire-client.ts';

const sidecar = liveSidecar();
let client: WireClient;

beforeEach(async () => {
  client = await WireClient.greeted(sidecar.process.socket);
});
afterEach(() => client.close());

/** The connection goes on as if nothing had happened. */
async function expectAlive(): Promise<void> {
  expect((await client.call('session.whoami')).result).toMatchObject({ principal: { id: 'owner' } });
}

const status = '"jsonrpc":"2.0","id":7,"method":"system.status"';

describe('a line that is refused, and the connection goes on', () => {
  test.each([
    ['garbage', 'garbage', 'parse_error'],
    ['an empty line', '', 'parse_error'],
    ['half of an object', '{"jsonrpc":"2.0"', 'parse_error'],
    ['two values', `{${status}}{${status}}`, 'parse_error'],
    ['a duplicate member', `{${status},"id":8}`, 'parse_error'],
    ['a duplicate member far inside', `{${status},"params":{"a":[{"b":1,"b":2}]}}`, 'parse_error'],
    ['__proto__', `{${status},"__proto__":{"result":1}}`, 'parse_error'],
    ['a number beyond a double', `{${status},"params":{"a":1e400}}`, 'parse_error'],
    ['a control character in a string', `{${status},"params":{"a":"\t"}}`, 'parse_error'],
    ['a number', '42', 'invalid_request'],
    ['null', 'null', 'invalid_request'],
    ['an empty batch', '[]', 'invalid_request'],
    ['another version of JSON-RPC', '{"jsonrpc":"1.0","id":7,"method":"system.status"}', 'invalid_request'],
    ['no version', '{"id":7,"method":"system.status"}', 'invalid_request'],
    ['a notification', '{"jsonrpc":"2.0","method":"system.status"}', 'invalid_request'],
    ['the id null', '{"jsonrpc":"2.0","id":null,"method":"system.status"}', 'invalid_request'],
    ['an object as id', '{"jsonrpc":"2.0","id":{},"method":"system.status"}', 'invalid_request'],
    ['a list as method', '{"jsonrpc":"2.0","id":7,"method":["system.status"]}', 'invalid_request'],
    ['a number as method', '{"jsonrpc":"2.0","id":7,"method":7}', 'invalid_request'],
    ['a response', '{"jsonrpc":"2.0","id":7,"result":{}}', 'invalid_request'],
    ['a request that is a response too', `{${status},"result":{}}`, 'invalid_request'],
  ])('%s', async (_, line, code) => {
    client.write(`${line}\n`);
    const { id, error } = await client.response();
    expect({ id, code: error?.data.code }).toEqual({ id: null, code });
    await expectAlive();
  });

  test('broken UTF-8', async () => {
    client.write(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n')]));
    expect((await client.response()).error?.data.code).toBe('parse_error');
    await expectAlive();
  });
});

describe('a line behind which nothing is read', () => {
  test.each([
    ['nested deeper than 32', `{${status},"params":${'['.repeat(32)}${']'.repeat(32)}}`],
    ['nested a hundred thousand deep', '['.repeat(100_000)],
    ['more than 1 MiB', `{${status},"padding":"${'x'.repeat(1 << 20)}"}`],
    ['more than 64 attachments', `{${status},"attachments":[${Array(65).fill(0)}]}`],
    ['more than 64 MiB of attachments', `{${status},"attachments":[${(64 << 20) + 1}]}`],
    ['a batch of 65', `[${Array(65).fill(`{${status}}`)}]`],
  ])('%s', async (_, line) => {
    client.write(`${line}\n{${status}}\n`);
    const { id, error } = await client.response();
    expect({ id, code: error?.data.code }).toEqual({ id: null, code: 'message_too_big' });
    expect(await client.rest()).toBe('');
  });

  // `\u` may spell the name of the member that announces attachments.
  test.each([
    ['a duplicate member in other letters', `{${status},"\\u0069d":8}`],
    ['__proto__ in escapes', `{${status},"params":{"\\u005f_proto__":{}}}`],
    ['a lone surrogate', `{${status},"params":{"a":"\\ud800"}}`],
  ])('%s', async (_, line) => {
    client.write(`${line}\n{${status}}\n`);
    const { id, error } = await client.response();
    expect({ id, code: error?.data.code }).toEqual({ id: null, code: 'parse_error' });
    expect(await client.rest()).toBe('');
  });

  test('a line without end, as soon as it is too long', async () => {
    client.write('x'.repeat((1 << 20) + 1));
    expect((await client.response()).error?.data.code).toBe('message_too_big');
    await client.closed;
  });

  test('attachments that are no lengths', async () => {
    client.write(`{${status},"attachments":[-1]}\n{${status}}\n`);
    expect((await client.response()).error?.data.code).toBe('invalid_request');
    expect(await client.rest()).toBe('');
  });
});

describe('a request that is refused by its id', () => {
  test.each([
    ['system.nothing', {}, 'method_not_found'],
    ['toString', {}, 'method_not_found'],
    ['constructor', {}, 'method_not_found'],
    ['__proto__', {}, 'method_not_found'],
    ['keys.get', {}, 'invalid_params'],
    ['keys.get', [], 'invalid_params'],
    ['keys.get', ['a'], 'invalid_params'],
    ['keys.get', { name: 'a', uid: 0 }, 'invalid_params'],
    ['system.random', { length: 65_537 }, 'invalid_params'],
    ['system.random', { length: 1.5 }, 'invalid_params'],
    ['system.random', { length: '8' }, 'invalid_params'],
    ['subtle.sign', { key: 'ses_x', algorithm: { name: 'Ed25519' }, data: '' }, 'invalid_params'],
    ['subtle.sign', { key: `ses_${'A'.repeat(22)}`, algorithm: { name: 'Ed25519' }, data: 'a+b/' }, 'invalid_params'],
    ['subtle.sign', { key: `ses_${'A'.repeat(22)}`, algorithm: { name: 'Ed25519' }, data: 'AB==' }, 'invalid_params'],
    ['subtle.sign', { key: `ses_${'A'.repeat(22)}`, algorithm: { name: 'Ed25519' }, data: 'AB' }, 'invalid_params'],
    ['subtle.sign', { key: `ses_${'A'.repeat(22)}`, algorithm: { name: 'Ed25519' }, data: '' }, 'not_found'],
    [
      'subtle.sign',
      { key: `ses_${'A'.repeat(22)}`, algorithm: { name: 'Ed25519' }, data: { attachment: 0 } },
      'invalid_params',
    ],
  ])('%s %j', async (method, params, code) => {
    client.send({ jsonrpc: '2.0', id: 'mine', method, params });
    const { id, error } = await client.response();
    expect({ id, code: error?.data.code }).toEqual({ id: 'mine', code });
    await expectAlive();
  });

  test('with a pointer to what does not fit', async () => {
    const params = { name: 'a', algorithm: { name: 'Ed25519', length: -1 }, usages: ['sign'], requestId: '12345678' };
    const { error } = await client.call('keys.create', params);
    expect(error).toMatchObject({
      code: -32602,
      data: { code: 'invalid_params', hint: expect.stringContaining('rpc.discover') },
    });
    expect(error?.data.detail).toContain('/algorithm/length');
  });

  test('with the member that is too many', async () => {
    const { error } = await client.call('system.random', { length: 8, bits: 64 });
    expect(error?.data.detail).toContain('"bits"');
  });
});

test('a batch answers each of its requests, in order, and refuses what is no request', async () => {
  client.send([
    { jsonrpc: '2.0', id: 'a', method: 'system.random', params: { length: 4 } },
    { jsonrpc: '2.0', method: 'system.status' },
    17,
    null,
    [],
    { jsonrpc: '2.0', id: 'b', method: 'system.nothing' },
    { jsonrpc: '2.0', id: 'c', method: 'session.whoami' },
  ]);
  const answers = (await client.message()).value as WireResponse[];
  expect(answers.map(({ id, error }) => [id, error?.data.code])).toEqual([
    ['a', undefined],
    [null, 'invalid_request'],
    [null, 'invalid_request'],
    [null, 'invalid_request'],
    [null, 'invalid_request'],
    ['b', 'method_not_found'],
    ['c', undefined],
  ]);
});

test('a batch of 64 is served', async () => {
  client.send(Array.from({ length: 64 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'session.whoami' })));
  const answers = (await client.message()).value as WireResponse[];
  expect(answers.map(({ id, result }) => (result === undefined ? 'refused' : id))).toEqual(
    Array.from({ length: 64 }, (_, id) => id),
  );
});

test('more than 1024 requests under way at once are told to wait', async () => {
  const params = { algorithm: { name: 'ECDSA', namedCurve: 'P-384' }, extractable: false, usages: ['sign'] };
  const requests = Array.from({ length: 1100 }, (_, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'subtle.generateKey',
    params,
  }));
  client.write(requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
  const answers = new Map<unknown, string | undefined>();
  for (const _ of requests) {
    const { id, error } = await client.response();
    answers.set(id, error?.data.code);
  }
  expect(answers.size).toBe(1100);
  const refused = [...answers].filter(([, code]) => code !== undefined);
  expect(new Set(refused.map(([, code]) => code))).toEqual(new Set(['quota_exceeded']));
  expect(answers.get(0)).toBeUndefined();
  await expectAlive();
});
