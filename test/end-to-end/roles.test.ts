import { randomBytes, randomUUID } from 'node:crypto';
import type { Role } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { principalsFile, tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

const roles: Readonly<Record<string, readonly Role[]>> = {
  administrator: ['Administrator'],
  officer: ['Officer'],
  operator: ['Operator'],
  auditor: ['Auditor'],
  payments: ['Service'],
  stranger: [],
};
const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => writeConfig(folders, 'principals.json', principalsFile(roles)),
});

const clients = new Map<string, WebSocketClient>();
/** Handles of the private keys by the names of the keys. */
const handles = new Map<string, string>();

beforeAll(async () => {
  for (const id of Object.keys(roles)) {
    clients.set(id, await WebSocketClient.open(sidecar.process.url as string, tokenOf(id)));
  }
  for (const [name, service] of [
    ['payments/key', 'payments'],
    ['billing/key', 'billing'],
    ['billing/second', 'billing'],
  ] as const) {
    const { result } = await call('officer', 'keys.create', creation(name, { service }));
    const { record } = result as { record: { id: string } };
    handles.set(name, `${record.id}/1`);
  }
});
afterAll(() => {
  for (const client of clients.values()) client.close();
});

function call(id: string, method: string, params: object) {
  return (clients.get(id) as WebSocketClient).call(method, params);
}

async function codeOf(id: string, method: string, params: object): Promise<string> {
  return (await call(id, method, params)).error?.data.code ?? 'ok';
}

function creation(name: string, labels: object = {}) {
  const algorithm = { name: 'Ed25519' };
  return { name, algorithm, usages: ['sign', 'verify'], labels, requestId: randomUUID() };
}

function signing(name: string) {
  return { algorithm: { name: 'Ed25519' }, key: handles.get(name) as string, data: 'AAAA' };
}

const denied = 'permission_denied';
const hidden = 'not_found';
const session = { algorithm: { name: 'AES-GCM', length: 256 }, extractable: true, usages: ['encrypt', 'decrypt'] };

/** What each role may do: administrator, officer, operator, auditor, service, none. */
const matrix: readonly [string, string, () => object, readonly string[]][] = [
  [
    'creates keys',
    'keys.create',
    () => creation(`made/${randomUUID()}`),
    [denied, 'ok', denied, denied, denied, denied],
  ],
  ['signs with its key', 'subtle.sign', () => signing('payments/key'), [denied, denied, 'ok', denied, 'ok', hidden]],
  [
    'signs with another key',
    'subtle.sign',
    () => signing('billing/key'),
    [denied, denied, 'ok', denied, hidden, hidden],
  ],
  ['sees its key', 'keys.get', () => ({ name: 'payments/key' }), ['ok', 'ok', 'ok', 'ok', 'ok', hidden]],
  ['sees another key', 'keys.get', () => ({ name: 'billing/key' }), ['ok', 'ok', 'ok', 'ok', hidden, hidden]],
  ['lists keys', 'keys.list', () => ({}), ['ok', 'ok', 'ok', 'ok', 'ok', denied]],
  ['makes session keys', 'subtle.generateKey', () => session, [denied, denied, 'ok', denied, 'ok', denied]],
  ['reads the log', 'audit.list', () => ({}), ['ok', denied, denied, 'ok', denied, denied]],
  ['takes a checkpoint', 'audit.checkpoint', () => ({}), ['ok', denied, denied, 'ok', denied, denied]],
  ['asks for the health', 'system.status', () => ({}), ['ok', 'ok', 'ok', 'ok', 'ok', 'ok']],
];

describe('a principal', () => {
  test.each(matrix)('%s or not, by its role', async (_, method, params, expected) => {
    const seen: string[] = [];
    for (const id of Object.keys(roles)) seen.push(await codeOf(id, method, params()));
    expect(seen).toEqual(expected);
  });
});

test('a service lists its labelled keys alone', async () => {
  const { result } = await call('payments', 'keys.list', {});
  const { records } = result as { records: { name: string }[] };
  expect(records.map(({ name }) => name)).toEqual(['payments/key']);
});

test('the pages of a list tell nothing of keys that may not be seen', async () => {
  const { result } = await call('payments', 'keys.list', { limit: 1 });
  const { records, nextCursor } = result as { records: { id: string; name: string }[]; nextCursor?: string };
  expect(records.map(({ name }) => name)).toEqual(['payments/key']);
  expect([undefined, records[0]?.id]).toContain(nextCursor);
  expect((await call('payments', 'keys.list', { limit: 1, prefix: 'billing/' })).result).toEqual({ records: [] });
});

test('a key that may not be seen is refused in the words of one that does not exist', async () => {
  const answers = async (method: string, params: readonly object[]) => {
    const texts: string[] = [];
    for (const one of params) texts.push(JSON.stringify((await call('payments', method, one)).error));
    return texts;
  };
  const absent = { name: 'absent/key', id: `key_${randomBytes(16).toString('base64url')}` };
  const billing = { name: 'billing/key', id: (handles.get('billing/key') as string).slice(0, -2) };
  const shapes: readonly [string, (key: typeof absent) => object][] = [
    ['keys.get', ({ name }) => ({ name })],
    ['keys.get', ({ id }) => ({ name: id })],
    ['keys.rename', ({ name }) => ({ name, newName: 'payments/other', requestId: 'request-one' })],
    ['subtle.sign', ({ id }) => ({ algorithm: { name: 'Ed25519' }, key: `${id}/1`, data: 'AAAA' })],
    ['subtle.sign', ({ id }) => ({ algorithm: { name: 'ML-KEM-768' }, key: `${id}/1`, data: 'AAAA' })],
    ['subtle.getPublicKey', ({ id }) => ({ key: `${id}/1`, usages: ['verify'] })],
    ['subtle.exportKey', ({ id }) => ({ format: 'pkcs8', key: `${id}/1` })],
    ['subtle.exportKey', ({ id }) => ({ format: 'spki', key: `${id}/1/public` })],
    ['subtle.sign', ({ id }) => ({ algorithm: { name: 'Ed25519' }, key: `${id}/2`, data: 'AAAA' })],
    ['keys.export', ({ name }) => ({ name, format: 'pkcs8' })],
    ['keys.rotate', ({ name }) => ({ name, requestId: 'request-two' })],
    ['keys.destroy', ({ name }) => ({ name, requestId: 'request-three' })],
    ['dataKey.generate', ({ name }) => ({ name })],
  ];
  for (const [method, paramsOf] of shapes) {
    const [there, nowhere] = await answers(method, [paramsOf(billing), paramsOf(absent)]);
    expect(there).toContain('not_found');
    // Who asks by name does not learn the id.
    if (!JSON.stringify(paramsOf(billing)).includes(billing.id)) expect(there).not.toContain(billing.id);
    const anonymous = (text = '') => text.replaceAll(/key_[\w-]{22}|billing\/key|absent\/key/g, 'KEY');
    expect(anonymous(there)).toBe(anonymous(nowhere));
  }
});

test('a key that may not be seen is refused beside one’s own keys in the words of one that does not exist', async () => {
  const agreement = { algorithm: { name: 'X25519' }, extractable: true, usages: ['deriveBits'] };
  const made = (await call('payments', 'subtle.generateKey', agreement)).result as { privateKey: { handle: string } };
  const own = made.privateKey.handle;
  const billing = handles.get('billing/key') as string;
  const absent = `key_${randomBytes(16).toString('base64url')}/1`;
  const wrapAlgorithm = { name: 'AES-KW' };
  const shapes: readonly [string, (handle: string) => object][] = [
    ['subtle.wrapKey', (wrappingKey) => ({ format: 'pkcs8', key: own, wrappingKey, wrapAlgorithm })],
    ['subtle.wrapKey', (key) => ({ format: 'pkcs8', key, wrappingKey: own, wrapAlgorithm })],
    ...[(handle: string) => handle, (handle: string) => `${handle}/public`].map(
      (half) =>
        [
          'subtle.deriveBits',
          (handle: string) => {
            const algorithm = { name: 'X25519', public: { handle: half(handle) } };
            return { algorithm, key: own, length: 256 };
          },
        ] as [string, (handle: string) => object],
    ),
  ];
  for (const [method, paramsOf] of shapes) {
    const texts: string[] = [];
    for (const handle of [billing, absent])
      texts.push(JSON.stringify((await call('payments', method, paramsOf(handle))).error));
    const [there, nowhere] = texts.map((text) => text.replaceAll(/key_[\w-]{22}/g, 'KEY'));
    expect(there, method).toContain('not_found');
    expect(there, method).toBe(nowhere);
  }
});

test('no role gets the secret of a named key', async () => {
  for (const id of Object.keys(roles)) {
    const params = { format: 'pkcs8', key: handles.get('payments/key') };
    expect(['permission_denied', 'approval_required', 'not_found']).toContain(
      await codeOf(id, 'subtle.exportKey', params),
    );
  }
});

test('a service gives its session key out, as WebCrypto does', async () => {
  const { result } = await call('payments', 'subtle.generateKey', session);
  const { key } = result as { key: { handle: string } };
  expect(await codeOf('payments', 'subtle.exportKey', { format: 'raw', key: key.handle })).toBe('ok');
  expect(await codeOf('operator', 'subtle.exportKey', { format: 'raw', key: key.handle })).toBe('not_found');
});
