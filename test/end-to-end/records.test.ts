import { randomUUID } from 'node:crypto';
import type { AuditPersonal, AuditRecord, FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import workspace from '../../package.json' with { type: 'json' };
import { WireClient } from '../wire/wire-client.ts';
import { collect, LiveSidecar, liveSidecar, verifyFolder, writeConfig } from './live-sidecar.ts';
import { principalsFile, tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) =>
    writeConfig(folders, 'principals.json', principalsFile({ auditor: ['Auditor'], service: ['Service'] })),
});
let auditor: FerroHsm;
beforeAll(async () => {
  auditor = await sidecar.connectWebSocket(tokenOf('auditor'));
});
afterAll(() => auditor.close());

const data = Buffer.from('what is signed');

type Recorded = AuditRecord & { readonly personal: AuditPersonal | undefined };

/** The records that an action leaves, but for those that the auditor's own reading leaves. */
async function recordsOf(action: () => Promise<unknown>): Promise<Recorded[]> {
  const { size: start } = await auditor.audit.list({ limit: 1 });
  await action();
  const { records } = await auditor.audit.list({ start, limit: 1000 });
  const others = records.filter(({ personal }) => personal?.principal !== 'auditor');
  return others.map(({ record, personal }) => ({ ...record, personal }));
}

function greeted(): Promise<WireClient> {
  return WireClient.greeted(sidecar.process.socket);
}

test('a long input has the digest of its bytes, however they travelled', async () => {
  await using hsm = await sidecar.connect();
  const algorithm = { name: 'HMAC', hash: 'SHA-256', length: 256 } as const;
  const { id, secretKey } = await hsm.keys.create({ name: 'used/long', algorithm, usages: ['sign'] });
  const long = Buffer.alloc(300_000, 'long');
  const wire = await greeted();
  const params = { algorithm: { name: 'HMAC' }, key: `${id}/1`, data: long.toString('base64url') };
  const records = await recordsOf(async () => {
    await hsm.subtle.sign('HMAC', secretKey, long);
    await wire.call('subtle.sign', params);
    await hsm.subtle.sign('HMAC', secretKey, Buffer.alloc(300_000, 'other'));
  });
  await wire.close();
  const [attached, inline, other] = records
    .filter(({ operation }) => operation === 'subtle.sign')
    .map(({ details }) => details?.data);
  expect(attached).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(inline).toBe(attached);
  expect(other).not.toBe(attached);
});

test('a pure use leaves one record that names who, what and which policy, and no payload', async () => {
  await using hsm = await sidecar.connect();
  const key = await hsm.keys.create({ name: 'used/key', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
  const [record, ...others] = await recordsOf(() => hsm.subtle.sign('Ed25519', key.privateKey, data));
  expect(others).toEqual([]);
  expect(record).toEqual({
    v: 1,
    time: expect.any(Number),
    phase: 'use',
    operation: 'subtle.sign',
    actor: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    personal: {
      principal: 'owner',
      credential: `uid:${process.getuid?.()}`,
      uid: process.getuid?.(),
      pid: process.pid,
    },
    authentication: 'unix-peer',
    session: hsm.hello.session,
    resource: `${key.id}/1`,
    keyName: 'used/key',
    keyVersion: 1,
    algorithm: 'Ed25519',
    outcome: 'ok',
    policies: expect.arrayContaining([expect.any(String)]),
    policyHash: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    epoch: expect.any(Number),
    inputBytes: data.length,
    outputBytes: 64,
    durationUs: expect.any(Number),
    software: workspace.version,
    details: { 'algorithm.name': 'Ed25519', data: expect.any(String) },
  });
  expect(JSON.stringify(record)).not.toContain(data.toString('base64url'));
});

test('the digest in a record says whether two uses had the same data', async () => {
  await using hsm = await sidecar.connect();
  const { privateKey } = await hsm.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const records = await recordsOf(async () => {
    for (const text of ['one', 'one', 'two']) await hsm.subtle.sign('Ed25519', privateKey, Buffer.from(text));
  });
  const [first, second, third] = records.map(({ details }) => details?.data);
  expect(first).toBe(second);
  expect(third).not.toBe(first);
});

test.each([
  ['change', 'keys.create'],
  ['release', 'subtle.exportKey'],
])('a %s leaves an intent and a result with one id', async (effect, operation) => {
  await using hsm = await sidecar.connect();
  const algorithm = { name: 'AES-GCM', length: 256 };
  const key = (await hsm.subtle.generateKey(algorithm, true, ['encrypt', 'decrypt'])) as CryptoKey;
  const act = {
    change: () => hsm.keys.create({ name: 'changed/key', algorithm, usages: ['encrypt', 'decrypt'] }),
    release: () => hsm.subtle.exportKey('raw', key),
  }[effect] as () => Promise<unknown>;
  const records = await recordsOf(act);
  expect(records.map((record) => [record.phase, record.operation, record.outcome])).toEqual([
    ['intent', operation, 'pending'],
    ['result', operation, 'ok'],
  ]);
  expect(records[0]?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(records[1]?.id).toBe(records[0]?.id);
});

test('a change that fails leaves a result that says so', async () => {
  const client = await greeted();
  const params = { name: 'taken', algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] };
  await client.call('keys.create', { ...params, requestId: randomUUID() });
  const records = await recordsOf(() => client.call('keys.create', { ...params, requestId: randomUUID() }));
  expect(records).toMatchObject([
    { phase: 'intent', resource: 'taken' },
    { phase: 'result', resource: 'taken', outcome: 'failed', error: 'already_exists' },
  ]);
  await client.close();
});

test('each refusal leaves a record: what is not there, not permitted, not approved, not valid', async () => {
  const client = await greeted();
  const service = await WebSocketClient.open(sidecar.process.url as string, tokenOf('service'));
  const { result } = await client.call('keys.create', {
    name: 'refused/key',
    algorithm: { name: 'Ed25519' },
    usages: ['sign', 'verify'],
    requestId: randomUUID(),
  });
  const { record } = result as { record: { id: string } };
  const records = await recordsOf(async () => {
    await client.call('keys.get', { name: 'refused/nothing' });
    await service.call('audit.list', {});
    await service.call('keys.get', { name: 'refused/key' });
    await client.call('subtle.exportKey', { format: 'pkcs8', key: `${record.id}/1` });
    await client.call('system.random', { length: 0 });
  });
  const seen = records.map(({ personal, phase, operation, outcome, error }) => [
    personal?.principal,
    phase,
    operation,
    outcome,
    error,
  ]);
  expect(seen).toEqual([
    ['owner', 'use', 'keys.get', 'denied', 'not_found'],
    ['service', 'use', 'audit.list', 'denied', 'permission_denied'],
    ['service', 'use', 'keys.get', 'denied', 'not_found'],
    ['owner', 'intent', 'approvals.request', 'pending', undefined],
    ['owner', 'result', 'approvals.request', 'ok', undefined],
    ['owner', 'result', 'subtle.exportKey', 'denied', 'approval_required'],
    ['owner', 'use', 'system.random', 'failed', 'invalid_params'],
  ]);
  await client.close();
  service.close();
});

test('who is refused before authentication is counted, not written down one by one', async () => {
  const attempts = 40;
  const flooded = new LiveSidecar();
  await flooded.start();
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const stranger = await WireClient.open(flooded.process.socket);
    await stranger.call('system.hello', { protocol: 1, token: 'not-a-token-that-is-known' });
    await stranger.close();
  }
  // Stopping closes the window.
  await flooded.stop();
  await flooded.start();
  await using hsm = await flooded.connect();
  const { records } = await hsm.audit.list({ limit: 1000 });
  const refusals = records
    .map(({ record, personal }) => ({ ...record, personal }))
    .filter(({ operation }) => operation === 'session.refused');
  expect(refusals.length).toBeLessThan(attempts / 2);
  for (const refusal of refusals) {
    expect(refusal).toMatchObject({ phase: 'event', outcome: 'denied' });
    // Whoever fails more than 20 times a second is no longer listened to.
    expect(['unauthenticated', 'rate_limited']).toContain(refusal.error);
    expect(refusal.personal?.details?.source).toBe(`uid:${process.getuid?.()}`);
  }
  const counted = (of: typeof refusals) => of.reduce((sum, { details }) => sum + Number(details?.count), 0);
  expect(counted(refusals)).toBe(attempts);
  expect(counted(refusals.filter(({ error }) => error === 'unauthenticated'))).toBeGreaterThanOrEqual(20);
  await flooded.discard();
});

test('after a random mix an outsider finds every record in a log that verifies', async () => {
  await using hsm = await sidecar.connect();
  const pair = await hsm.subtle.generateKey('ML-DSA-44', false, ['sign', 'verify']);
  const work: (() => Promise<unknown>)[] = [
    () => hsm.subtle.sign('ML-DSA-44', pair.privateKey, data),
    () => hsm.system.random(8),
    () => hsm.keys.create({ name: `mix/${randomUUID()}`, algorithm: 'Ed25519', usages: ['sign', 'verify'] }),
    () => hsm.keys.get(`mix/${randomUUID()}`).catch(() => undefined),
    () => collect(hsm.keys.list()),
    () => hsm.subtle.generateKey('X25519', true, ['deriveBits']),
    () => hsm.audit.checkpoint(),
  ];
  await Promise.all(Array.from({ length: 400 }, (_, n) => work[(n * n + (n >> 3)) % work.length]?.()));
  const { size, keys } = await hsm.audit.checkpoint();
  expect(keys).toEqual(hsm.hello.log.keys);
  const report = await verifyFolder(sidecar.folders.log, hsm.hello.log.keys);
  expect(report).toMatchObject({ problems: [], ok: true });
  expect(report.signatures.filter(({ valid }) => valid).map(({ algorithm }) => algorithm)).toHaveLength(2);
  expect(size).toBeGreaterThan(400);
  expect(report.size).toBeGreaterThanOrEqual(size);
});

test('a read whose policy says so leaves no record, unless its receipt is asked for', async () => {
  const quiet = '@id("quiet") @record("none") permit (principal, action == Action::"system.status", resource);';
  const rest = '@id("rest") permit (principal, action, resource) unless { action == Action::"system.status" };';
  const silent = new LiveSidecar();
  writeConfig(silent.folders, 'policy.cedar', `${quiet}\n${rest}\n`);
  await silent.start();
  await using hsm = await silent.connect();
  const { size } = await hsm.audit.list({ limit: 1 });
  for (let i = 0; i < 5; i += 1) await hsm.system.status();
  await hsm.with({ onReceipt: () => undefined }).system.status();
  const { records } = await hsm.audit.list({ start: size, limit: 1000 });
  expect(records.map(({ record }) => record.operation)).toEqual(['audit.list', 'system.status']);
  await hsm.close();
  await silent.discard();
});
