import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type RunningSidecar, type SidecarOptions, startSidecar } from '@ferrohsm/sidecar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolders, discardFolders, type SidecarFolders } from '../../tools/throw-away-sidecar.ts';
import { HeldDisk } from './held-disk.ts';
import { WireClient } from './wire-client.ts';

let folders: SidecarFolders;
let disk: HeldDisk;
let sidecar: RunningSidecar;
let client: WireClient;

beforeEach(() => {
  folders = createFolders();
  disk = new HeldDisk();
});
afterEach(async () => {
  disk.restore();
  await client.close();
  await sidecar.close();
  discardFolders(folders);
});

async function start(options: Pick<SidecarOptions, 'sessionKeyAudit'>): Promise<void> {
  const { state, config, socket } = folders;
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  sidecar = await startSidecar({
    stateFolder: state,
    configFolder: config,
    sockets: [{ name: 'default', path: socket }],
    rootKey: { kind: 'key-file', path: join(config, 'root.key') },
    ...options,
  });
  client = await WireClient.greeted(socket);
}

interface Handles {
  readonly privateKey: string;
  readonly publicKey: string;
}

async function sessionPair(name: string, usages: readonly string[]): Promise<Handles> {
  const { result } = await client.call('subtle.generateKey', { algorithm: { name }, extractable: false, usages });
  const { privateKey, publicKey } = result as Record<keyof Handles, { handle: string }>;
  return { privateKey: privateKey.handle, publicKey: publicKey.handle };
}

async function namedPair(name: string, usages: readonly string[]): Promise<Handles> {
  const params = { name: name.toLowerCase(), algorithm: { name }, usages, requestId: randomUUID() };
  const { result } = await client.call('keys.create', params);
  const { id } = (result as { record: { id: string } }).record;
  return { privateKey: `${id}/1`, publicKey: `${id}/1/public` };
}

function signing({ privateKey: key }: Handles): readonly [string, object] {
  return ['subtle.sign', { algorithm: { name: 'Ed25519' }, key, data: 'ZGF0YQ' }];
}

function agreeing({ privateKey: key }: Handles, { publicKey: handle }: Handles): readonly [string, object] {
  return ['subtle.deriveBits', { algorithm: { name: 'X25519', public: { handle } }, key, length: 256 }];
}

function send(id: string, [method, params]: readonly [string, object]): void {
  client.send({ jsonrpc: '2.0', id, method, params });
}

async function answers(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push(String((await client.response()).id));
  return ids;
}

/** Whole round trips that leave no record of their own: time enough for an answer that does not wait for the disk. */
async function roundTrips(): Promise<void> {
  for (let i = 0; i < 5; i += 1) {
    const stranger = await WireClient.open(folders.socket);
    const { error } = await stranger.call('system.hello', { protocol: 1, token: 'x'.repeat(43) });
    expect(error?.data.code).toBe('unauthenticated');
    await stranger.close();
  }
}

async function startRecord(): Promise<unknown> {
  const { result } = await client.call('audit.list', { limit: 1000 });
  const { records } = result as { records: { record: { operation: string; details?: unknown } }[] };
  return records.findLast(({ record }) => record.operation === 'sidecar.start')?.record.details;
}

test('buffered: the disk has stopped, and only uses of session keys alone are answered', async () => {
  await start({ sessionKeyAudit: 'buffered' });
  const session = await sessionPair('Ed25519', ['sign', 'verify']);
  const named = await namedPair('Ed25519', ['sign', 'verify']);
  const sessionAgreement = await sessionPair('X25519', ['deriveBits']);
  const namedAgreement = await namedPair('X25519', ['deriveBits']);
  const waiting = {
    named: signing(named),
    mixed: agreeing(sessionAgreement, namedAgreement),
    random: ['system.random', { length: 8 }],
    generate: ['subtle.generateKey', { algorithm: { name: 'Ed25519' }, extractable: false, usages: ['sign'] }],
    unknown: signing({ ...session, privateKey: 'ses_AAAAAAAAAAAAAAAAAAAAAA' }),
    refused: signing({ ...session, privateKey: session.publicKey }),
    list: ['keys.list', {}],
  } as const;
  for (const [method, params] of Object.values(waiting)) await client.call(method, params);

  const isHeld = disk.hold();
  expect((await client.call(...signing(session))).result).toHaveProperty('signature');
  await isHeld;
  for (const [id, request] of Object.entries(waiting)) send(id, request);
  for (const id of ['first', 'second']) {
    send(id, agreeing(sessionAgreement, sessionAgreement));
    expect(await answers(1)).toEqual([id]);
  }
  await roundTrips();
  send('last', signing(session));
  expect(await answers(1)).toEqual(['last']);

  disk.release();
  expect((await answers(Object.keys(waiting).length)).sort()).toEqual(Object.keys(waiting).sort());
  expect(await startRecord()).toMatchObject({ sessionKeyAudit: 'buffered' });
});

test('durable, the default: a use of a session key waits for the disk, too', async () => {
  await start({});
  const session = await sessionPair('Ed25519', ['sign', 'verify']);
  disk.slowDownOnce();
  await client.call(...signing(session));
  const isHeld = disk.hold();
  let isAnswered = false;
  const answer = client.call(...signing(session)).finally(() => {
    isAnswered = true;
  });
  await isHeld;
  await roundTrips();
  expect(isAnswered).toBe(false);
  disk.release();
  expect((await answer).result).toHaveProperty('signature');
  expect(await startRecord()).not.toHaveProperty('sessionKeyAudit');
});

test('buffered: every use that was answered is in the log after an orderly stop', async () => {
  await start({ sessionKeyAudit: 'buffered' });
  const session = await sessionPair('Ed25519', ['sign', 'verify']);
  for (let i = 0; i < 200; i += 1) send(`use ${i}`, signing(session));
  await answers(200);
  await client.close();
  await sidecar.close();
  await start({});
  const { result } = await client.call('audit.list', { limit: 1000 });
  const { records } = result as { records: { record: { resource?: string; outcome: string } }[] };
  const uses = records.filter(({ record }) => record.resource === session.privateKey && record.outcome === 'ok');
  expect(uses).toHaveLength(200);
});
