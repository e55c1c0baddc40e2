import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect as connectSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FerroHsm, FerroHsmError } from '@ferrohsm/sdk/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../sidecar/src/metrics/catalogue.ts';
import type { ParsedMetrics } from '../../sidecar/src/metrics/test-parsed-metrics.ts';
import { liveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { principalsFile, tokenOf } from '../end-to-end/principals.ts';
import { WireClient } from '../wire/wire-client.ts';
import { metrics, probe } from './probes.ts';

let place: string;
const words = ['--websocket', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--metrics-socket'];
const sidecar = liveSidecar({
  arguments: words,
  prepare(folders) {
    place = join(folders.root, 'metrics.sock');
    words.push(place);
    writeConfig(folders, 'principals.json', principalsFile({ app: ['Service'] }));
  },
});

let hsm: FerroHsm;
beforeAll(async () => {
  hsm = await sidecar.connect();
  return () => hsm.close();
});

const read = () => metrics(place);

/** How a value moves with what happens. */
async function moved(name: string, labels: Readonly<Record<string, string>>, happen: () => Promise<unknown>) {
  const before = (await read()).value(name, labels) ?? 0;
  await happen();
  return ((await read()).value(name, labels) ?? 0) - before;
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: FerroHsmError) => error.code,
  );

/** The name of each sample that a metric of the catalogue has. */
function samplesOf({ name, type }: { name: string; type: string }): string[] {
  return type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name];
}

/** No more at once than wait for a server to take them in. */
function connectMany(path: string, count: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () => connected(path)));
}

/** A busy server takes nobody in for a while (EAGAIN); that some are refused after it is what is looked at. */
async function connected(path: string): Promise<Socket> {
  for (;;) {
    const socket = connectSocket(path);
    try {
      await once(socket, 'connect');
      return socket.on('error', () => undefined);
    } catch {
      await delay(10);
    }
  }
}

/** Asks for a WebSocket and gives the status of the refusal. */
function upgrade({ hostname, port }: URL, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const handshake = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const key = { 'sec-websocket-key': randomBytes(16).toString('base64') };
  request({ hostname, port, headers: { ...handshake, ...key, ...headers } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  })
    .on('error', reject)
    .end();
  return promise;
}

describe('requests', () => {
  test('are counted by method and outcome, with their durations', async () => {
    const { privateKey } = await hsm.keys.create({ name: 'a', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
    const sign = () => hsm.subtle.sign('Ed25519', privateKey, Buffer.from('data'));
    const signed = { method: 'subtle.sign' };
    expect(await moved('ferrohsm_requests_total', { ...signed, code: 'ok' }, () => Promise.all([sign(), sign()]))).toBe(
      2,
    );
    expect(await moved('ferrohsm_request_duration_seconds_count', signed, sign)).toBe(1);
    const seconds = await moved('ferrohsm_request_duration_seconds_sum', signed, sign);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(10);
    expect(await moved('ferrohsm_key_cache_hits_total', {}, sign)).toBe(1);
    const refused = { method: 'keys.get', code: 'not_found' };
    expect(await moved('ferrohsm_requests_total', refused, () => codeOf(hsm.keys.get('nobody')))).toBe(1);
  });

  test('that are no requests are counted by code', async () => {
    const send = async () => {
      const client = await WireClient.greeted(sidecar.process.socket);
      client.socket.write('{"broken\n');
      await client.close();
    };
    await moved('ferrohsm_messages_refused_total', { code: 'parse_error' }, send);
    await expect
      .poll(async () => (await read()).value('ferrohsm_messages_refused_total', { code: 'parse_error' }))
      .toBe(1);
  });

  test('wait for the lane that they are in', async () => {
    const algorithm = { name: 'SLH-DSA-SHA2-192S' };
    const { privateKey } = (await hsm.subtle.generateKey(algorithm, false, ['sign', 'verify'])) as CryptoKeyPair;
    const before = await read();
    const signing = [1, 2].map(() => hsm.subtle.sign(algorithm, privateKey, Buffer.from('data')));
    const slow = { lane: 'slow' };
    await expect.poll(async () => (await read()).value('ferrohsm_lane_depth', slow)).toBeGreaterThan(0);
    expect((await read()).value('ferrohsm_requests_in_flight')).toBeGreaterThan(0);
    await Promise.all(signing);
    const after = await read();
    expect(after.value('ferrohsm_lane_depth', slow)).toBe(0);
    expect(after.value('ferrohsm_requests_in_flight')).toBe(0);
    const jobs = (of: ParsedMetrics) => of.value('ferrohsm_lane_jobs_total', slow) ?? 0;
    expect(jobs(after) - jobs(before)).toBe(2);
  });

  test('that a full lane refuses are counted', async () => {
    const algorithm = { name: 'SLH-DSA-SHA2-256F' };
    const { privateKey } = (await hsm.subtle.generateKey(algorithm, false, ['sign', 'verify'])) as CryptoKeyPair;
    const flood = () =>
      Promise.all(Array.from({ length: 80 }, () => codeOf(hsm.subtle.sign(algorithm, privateKey, Buffer.from('x')))));
    expect(await moved('ferrohsm_lane_refusals_total', { lane: 'slow' }, flood)).toBeGreaterThan(0);
  });
});

describe('connections', () => {
  test('are sessions of their transport, with their keys', async () => {
    const webSocket = await sidecar.connectWebSocket(tokenOf('app'));
    await webSocket.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    const open = await read();
    expect(open.value('ferrohsm_sessions', { transport: 'websocket' })).toBe(1);
    expect(open.value('ferrohsm_sessions', { transport: 'unix' })).toBeGreaterThan(0);
    expect(open.value('ferrohsm_session_keys')).toBeGreaterThanOrEqual(2);
    await webSocket.close();
    await expect.poll(async () => (await read()).value('ferrohsm_sessions', { transport: 'websocket' })).toBe(0);
  });

  test('that are turned away are counted by reason, and so is who cannot say who it is', async () => {
    const url = (sidecar.process.url as string).replace('ws:', 'http:');
    const refused = (reason: string) => ({ transport: 'websocket', reason });
    const ask = (headers: Readonly<Record<string, string>>) => upgrade(new URL(url), headers);
    const total = 'ferrohsm_connections_refused_total';
    expect(await moved(total, refused('host'), () => ask({ host: 'evil.example' }))).toBe(1);
    expect(await moved(total, refused('origin'), () => ask({ origin: 'http://evil.example' }))).toBe(1);
    expect(await moved(total, refused('path'), () => fetch(`${url}/other`))).toBe(1);
    const hello = { method: 'system.hello', code: 'unauthenticated' };
    const stranger = () => codeOf(sidecar.connectWebSocket(tokenOf('nobody')));
    expect(await moved('ferrohsm_requests_total', hello, stranger)).toBe(1);
  });

  test('beyond the limit are counted', async () => {
    const sockets: Socket[] = [];
    for (let wave = 0; wave < 24; wave += 1) sockets.push(...(await connectMany(sidecar.process.socket, 50)));
    await expect
      .poll(async () =>
        (await read()).value('ferrohsm_connections_refused_total', { transport: 'unix', reason: 'limit' }),
      )
      .toBeGreaterThan(50);
    for (const idle of sockets) idle.destroy();
    await expect.poll(async () => (await read()).value('ferrohsm_sessions', { transport: 'unix' })).toBeLessThan(5);
  });
});

describe('audit and keystore', () => {
  test('count records, their syncs and the checkpoints behind them', async () => {
    const use = () => hsm.system.random(8);
    expect(await moved('ferrohsm_audit_records_total', {}, use)).toBe(1);
    expect(await moved('ferrohsm_audit_sync_duration_seconds_count', {}, use)).toBeGreaterThan(0);
    await use();
    const waiting = await read();
    expect(waiting.value('ferrohsm_audit_unpublished_records')).toBeGreaterThan(0);
    expect(waiting.value('ferrohsm_audit_unpublished_bytes')).toBeGreaterThan(0);
    expect(waiting.value('ferrohsm_audit_checkpoint_lag_seconds')).toBeGreaterThan(0);
    await hsm.audit.checkpoint();
    await expect
      .poll(async () => (await read()).value('ferrohsm_audit_unpublished_records'), { timeout: 5000 })
      .toBe(0);
    const covered = await read();
    expect(covered.value('ferrohsm_audit_checkpoint_lag_seconds')).toBe(0);
    expect(covered.value('ferrohsm_audit_checkpoint_age_seconds')).toBeLessThan(10);
  });

  test('count changes and commits, and which keys are open', async () => {
    const create = (name: string) => hsm.keys.create({ name, algorithm: 'Ed25519', usages: ['sign', 'verify'] });
    expect(await moved('ferrohsm_keystore_changes_total', {}, () => create('b'))).toBe(1);
    expect(await moved('ferrohsm_keystore_commit_duration_seconds_count', {}, () => create('c'))).toBeGreaterThan(0);
    const { privateKey } = await create('d');
    const sign = () => hsm.subtle.sign('Ed25519', privateKey, Buffer.from('data'));
    const before = await read();
    await sign();
    const after = await read();
    const difference = (name: string) => (after.value(name) ?? 0) - (before.value(name) ?? 0);
    expect(difference('ferrohsm_key_cache_misses_total') + difference('ferrohsm_key_cache_entries')).toBe(2);
    expect(await moved('ferrohsm_policy_cache_hits_total', {}, sign)).toBeGreaterThan(0);
    // What was decided before a key was changed is decided anew.
    const decideAnew = async () => {
      await hsm.keys.rename('d', 'e');
      await sign();
    };
    expect(await moved('ferrohsm_policy_cache_misses_total', {}, decideAnew)).toBeGreaterThan(0);
  });
});

test('held operations are counted while they wait, and each step of their approval', async () => {
  await hsm.keys.create({ name: 'held', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
  const client = await WireClient.greeted(sidecar.process.socket);
  const waiting = async () => (await read()).value('ferrohsm_approvals_waiting');
  const steps = async (kind: string) => (await read()).value('ferrohsm_approval_events_total', { kind });
  expect(await waiting()).toBe(0);
  const { error } = await client.call('keys.export', { name: 'held', format: 'pkcs8' });
  expect(error?.data.code).toBe('approval_required');
  expect([await waiting(), await steps('requested')]).toEqual([1, 1]);
  const refused = { method: 'keys.export', code: 'approval_required' };
  expect((await read()).value('ferrohsm_requests_total', refused)).toBe(1);
  const { id } = (error as unknown as { data: { approval: { id: string } } }).data.approval;
  expect((await client.call('approvals.cancel', { id, requestId: randomUUID() })).error).toBeUndefined();
  expect([await waiting(), await steps('cancelled')]).toEqual([0, 1]);
  await client.close();
});

describe('the page', () => {
  test('has every metric of the catalogue but those of witnesses and traces', async () => {
    const { names } = await read();
    const expected = Object.values(catalogue).filter(({ name }) => !/witness|trace/.test(name));
    for (const metric of expected) for (const name of samplesOf(metric)) expect([...names], name).toContain(name);
    expect(names.size).toBe(expected.flatMap(samplesOf).length);
  });

  test('measures the process as the system sees it', async () => {
    const page = await read();
    const { pid } = sidecar.process;
    const [, residentKib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    const ratio = (page.value('process_resident_memory_bytes') ?? 0) / (Number(residentKib) * 1024);
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
    expect(page.value('process_open_fds')).toBeGreaterThan(10);
    expect(page.value('process_max_fds')).toBeGreaterThan(page.value('process_open_fds') ?? 0);
    expect(page.value('process_cpu_seconds_total')).toBeGreaterThan(0.1);
    expect(Math.abs(Date.now() / 1e3 - (page.value('process_start_time_seconds') ?? 0))).toBeLessThan(600);
    expect(page.value('ferrohsm_event_loop_delay_seconds', { quantile: '1' })).toBeGreaterThanOrEqual(0);
    expect(page.value('ferrohsm_state_free_bytes')).toBeGreaterThan(0);
    expect(page.value('ferrohsm_build_info', { node: process.versions.node })).toBe(1);
  });

  test('names no key and no principal', async () => {
    const { body } = await probe(place, '/metrics');
    expect(body).not.toMatch(/held|owner|"app"|key_[A-Za-z0-9_-]{22}|ssn_/);
  });

  test('comes in either format', async () => {
    expect(await probe(place, '/metrics')).toMatchObject({ contentType: expect.stringContaining('version=0.0.4') });
    const openMetrics = await probe(place, '/metrics', 'application/openmetrics-text; version=1.0.0');
    expect(openMetrics.contentType).toContain('application/openmetrics-text');
    expect(openMetrics.body.endsWith('# EOF\n')).toBe(true);
  });
});
