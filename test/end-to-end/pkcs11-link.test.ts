import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type AuditPersonal, type AuditRecord, connect, type FerroHsm, type Role } from '@ferrohsm/sdk/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../../sidecar/src/identity/test-token.ts';
import { WireClient, type WireResponse } from '../wire/wire-client.ts';
import { codeOf } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

const own = process.getuid?.() ?? 0;
/** Of an application; nobody's here. */
const application = { uid: 4711, gid: 4712, pid: 4713 };

function workload(id: string, roles: readonly Role[], ...credentials: object[]) {
  const tokenSha256 = createHash('sha256').update(tokenOf(id)).digest('base64url');
  return { id, kind: 'workload', owner: 'owner', roles, credentials: [{ tokenSha256 }, ...credentials] };
}

const everything: Role[] = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'];
const principals = [
  { id: 'owner', kind: 'person', roles: everything, credentials: [{ uid: own }] },
  workload('payments', ['Service'], { socket: 'payments' }),
  workload('stock', ['Service'], { socket: 'stock' }, { uid: 4800 }),
  workload('officer', ['Officer']),
  workload('auditor', ['Auditor']),
];

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const path = join(dirname(folders.socket), 'pkcs11.link');
    writeConfig(folders, 'principals.json', JSON.stringify({ principals }));
    writeConfig(folders, 'ferrohsm.yaml', `pkcs11:\n  link: ${path}\n  sockets: [payments, stock]\n`);
  },
});
const link = () => join(dirname(sidecar.process.socket), 'pkcs11.link');

const clients: WireClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

/** The front process opens a connection and says this first. */
async function front(params: object): Promise<{ client: WireClient; answer: WireResponse }> {
  const client = await WireClient.open(link());
  clients.push(client);
  return { client, answer: await client.call('system.hello', { protocol: 1, ...params }) };
}

async function outcomeOf(params: object): Promise<string> {
  return codeOf((await front(params)).answer);
}

/** Whom a greeting leads to. */
async function principalOf(params: object): Promise<unknown> {
  return (await front(params)).answer.result?.principal;
}

const payments = { socket: 'payments', ...application };

describe('a user of a PKCS#11 socket', () => {
  test('is the identity of that socket, with the credentials that were handed on', async () => {
    expect(await principalOf({ peer: payments })).toMatchObject({
      id: 'payments',
      credential: { kind: 'socket', subject: 'socket:payments', ...application },
    });
    expect(await principalOf({ peer: { socket: 'stock' } })).toMatchObject({
      id: 'stock',
      credential: { kind: 'socket', subject: 'socket:stock' },
    });
  });

  test('logs in by a token of the same principal as PIN', async () => {
    expect(await principalOf({ peer: payments, token: tokenOf('payments') })).toMatchObject({
      id: 'payments',
      credential: { kind: 'token', ...application },
    });
  });

  test.each([
    ['the token of another', () => tokenOf('stock')],
    ['the token of an officer', () => tokenOf('officer')],
    ['a token that nobody has', () => createToken().token],
    ['a short PIN', () => '1234'],
  ])('does not log in by %s', async (_, token) => {
    expect(await outcomeOf({ peer: payments, token: token() })).toBe('unauthenticated');
  });

  test('whose uid is somebody else’s, or everybody’s, is refused', async () => {
    expect(await outcomeOf({ peer: { ...payments, uid: 4800 } })).toBe('unauthenticated');
    expect(await outcomeOf({ peer: { ...payments, uid: 65_534 } })).toBe('unauthenticated');
  });

  test('who guesses PINs is slowed down, and nobody else', async () => {
    const guess = { token: createToken().token };
    const guesser = { ...payments, uid: own };
    let outcomes: string[] = [];
    while (!outcomes.includes('rate_limited')) {
      outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf({ peer: guesser, ...guess })));
    }
    expect(new Set(outcomes)).toEqual(new Set(['rate_limited', 'unauthenticated']));
    expect(await outcomeOf({ peer: payments, ...guess })).toBe('unauthenticated');
    expect(await outcomeOf({ peer: { ...guesser, socket: 'stock' }, ...guess })).toBe('unauthenticated');
    await using owner = await sidecar.connect();
    expect(owner.hello.principal.id).toBe('owner');
  });
});

describe('a security officer', () => {
  test('is known by the token alone', async () => {
    const principal = { id: 'officer', roles: ['Officer'], credential: { kind: 'token', ...application } };
    expect(await principalOf({ peer: application, token: tokenOf('officer') })).toMatchObject(principal);
    expect(await principalOf({ peer: {}, token: tokenOf('officer') })).toMatchObject({ id: 'officer' });
  });

  test.each([
    ['without a token', {}],
    ['with a token that nobody has', { token: createToken().token }],
    ['with the token of a service', { token: tokenOf('payments') }],
    ['with the token of an auditor', { token: tokenOf('auditor') }],
  ])('%s is refused', async (_, credentials) => {
    expect(await outcomeOf({ peer: application, ...credentials })).toBe('unauthenticated');
    expect(await outcomeOf({ peer: { uid: own }, ...credentials })).toBe('unauthenticated');
  });
});

describe('the link', () => {
  test.each([
    ['nothing', {}, 'invalid_request'],
    ['no peer but a token', { token: tokenOf('officer') }, 'invalid_request'],
    ['a name in place of a peer', { peer: 'payments' }, 'invalid_request'],
    ['a socket that is not there', { peer: { socket: 'default' } }, 'invalid_params'],
    ['a uid beyond all', { peer: { ...payments, uid: 2 ** 32 } }, 'invalid_params'],
    ['a member too many', { peer: { ...payments, executable: '/bin/sh' } }, 'invalid_params'],
  ])('refuses %s, and ends the connection', async (_, params, code) => {
    const { client, answer } = await front(params);
    expect(await codeOf(answer)).toBe(code);
    await client.closed;
  });

  test('is a socket of mode 0600', () => {
    expect(lstatSync(link()).mode & 0o777).toBe(0o600);
  });

  test('is the only place that takes a peer', async () => {
    const params = { protocol: 1, peer: payments };
    const client = await WireClient.open(sidecar.process.socket);
    clients.push(client);
    expect(await codeOf(client.call('system.hello', params))).toBe('invalid_request');
    const webSocket = await WebSocketClient.connect(sidecar.process.url as string);
    expect(await codeOf(webSocket.hello({ ...params, token: tokenOf('payments') }))).toBe('invalid_request');
    webSocket.close();
  });

  test.runIf(own === 0)('hears no other user, even where the file lets everybody in', async () => {
    for (const folder of [sidecar.folders.root, dirname(link())]) chmodSync(folder, 0o755);
    const hello = { jsonrpc: '2.0', id: 1, method: 'system.hello', params: { protocol: 1, peer: payments } };
    const script = `
      const socket = require('node:net').connect(${JSON.stringify(link())});
      socket.on('error', ({ code }) => console.log(code));
      socket.on('connect', () => console.log('connected'));
      socket.on('data', (answer) => { console.log('answered'); socket.destroy(); });
      socket.write(${JSON.stringify(`${JSON.stringify(hello)}\n`)});`;
    const said = async (uid: number) => {
      const words = ['--reuid', String(uid), '--clear-groups', process.execPath, '--eval', script];
      return (await promisify(execFile)('setpriv', words)).stdout;
    };
    chmodSync(link(), 0o666);
    try {
      expect(await said(0)).toBe('connected\nanswered\n');
      expect(await said(4711)).toMatch(/^connected\n(EPIPE\n|ECONNRESET\n)?$/);
    } finally {
      chmodSync(link(), 0o600);
    }
  });
});

describe('the log', () => {
  let auditor: FerroHsm;
  beforeAll(async () => {
    auditor = await sidecar.connectWebSocket(tokenOf('auditor'));
  });
  afterAll(() => auditor.close());

  async function recordsSince(start: number): Promise<(AuditRecord & { personal: AuditPersonal | undefined })[]> {
    const { records } = await auditor.audit.list({ start, limit: 1000 });
    return records.map(({ record, personal }) => ({ ...record, personal }));
  }

  async function size(): Promise<number> {
    return (await auditor.audit.list({ limit: 1 })).size;
  }

  test('names the socket, uid and process of the application, as of a Unix socket of one identity', async () => {
    const start = await size();
    const { client } = await front({ peer: payments });
    await client.call('system.random', { length: 8 });
    await front({ peer: payments, token: tokenOf('payments') });
    await front({ peer: application, token: tokenOf('officer') });
    const [hello, random, login, officer] = (await recordsSince(start)).filter(
      ({ personal }) => personal?.principal !== 'auditor',
    );
    const { uid, pid } = application;
    const socket = { principal: 'payments', credential: 'socket:payments', uid, pid };
    expect(hello).toMatchObject({ operation: 'system.hello', authentication: 'socket', personal: socket });
    expect(hello?.details).toEqual({ protocol: 1, 'peer.socket': 'payments' });
    expect(random).toMatchObject({ operation: 'system.random', authentication: 'socket', personal: socket });
    expect(login).toMatchObject({ authentication: 'token', personal: { principal: 'payments', uid, pid } });
    expect(login?.details).toEqual({ protocol: 1, 'peer.socket': 'payments' });
    expect(officer).toMatchObject({ authentication: 'token', personal: { principal: 'officer', uid, pid } });
    expect(officer?.details).toEqual({ protocol: 1 });
  });

  test('tells where refused logins came from', async () => {
    const start = await size();
    const peer = { ...payments, uid: 4999 };
    expect(await outcomeOf({ peer, token: tokenOf('stock') })).toBe('unauthenticated');
    const source = 'socket:payments/uid:4999';
    await expect
      .poll(() => recordsSince(start), { timeout: 30_000 })
      .toContainEqual(
        expect.objectContaining({
          operation: 'session.refused',
          error: 'unauthenticated',
          personal: { details: { source } },
        }),
      );
  });
});

test('the SDK speaks for a peer, and opens a lost link anew after a restart', async () => {
  await using hsm = await connect({ socket: link(), peer: payments, token: tokenOf('payments') });
  const { session } = hsm.hello;
  expect((await hsm.session.whoami()).principal).toMatchObject({ id: 'payments', credential: application });
  await sidecar.kill();
  await sidecar.start();
  expect((await hsm.session.whoami()).principal).toMatchObject({ id: 'payments', credential: application });
  expect(hsm.hello.session).not.toBe(session);
});

test('a sealed sidecar wants a peer as well, and takes its uid for no operator’s', async () => {
  const owner = await sidecar.connect();
  await owner.system.seal();
  expect(await outcomeOf({})).toBe('invalid_request');
  const { client, answer } = await front({ peer: { ...payments, uid: own } });
  expect(answer.result).toMatchObject({ sealed: true, principal: { id: 'nobody' } });
  expect(await codeOf(client.call('system.unseal', {}))).toBe('permission_denied');
  await owner.system.unseal();
  expect(await outcomeOf({ peer: payments })).toBe('ok');
  await owner.close();
});
