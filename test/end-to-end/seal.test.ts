import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type FerroHsm, FerroHsmError } from '@ferrohsm/sdk/node';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFolders, discardFolders } from '../../tools/throw-away-sidecar.ts';
import { WireClient } from '../wire/wire-client.ts';
import { LiveSidecar, verifyFolder, writeConfig } from './live-sidecar.ts';
import { principalsFile, tokenOf } from './principals.ts';
import { choices, makeShares } from './shares.ts';

const usages = ['sign', 'verify'] as const;
const data = Buffer.from('data');

let sidecar: LiveSidecar;
let shares: string[];

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: FerroHsmError) => error.code,
  );

function give(hsm: FerroHsm, share: string | undefined) {
  return hsm.system.unseal(Buffer.from(share ?? ''));
}

async function unsealWith(texts: readonly string[]): Promise<void> {
  await using hsm = await sidecar.connect();
  for (const [at, text] of texts.entries()) {
    expect(await give(hsm, text)).toMatchObject({ sealed: at < 2, progress: { have: at + 1, need: 3 } });
  }
}

/** What the log says of sealing and unsealing, oldest first. */
async function sealRecords(hsm: FerroHsm) {
  const { records } = await hsm.audit.list({ limit: 1000 });
  return records
    .filter(({ record }) => /^system\.(un)?seal$|^sidecar\./.test(record.operation))
    .map(({ record, personal }) => ({ ...record, source: personal?.details?.source }));
}

describe('a sidecar whose root key is in shares', () => {
  beforeEach(async () => {
    sidecar = new LiveSidecar(['--root-key-shares']);
    shares = makeShares(sidecar.folders);
    await sidecar.start();
  });
  afterEach(() => sidecar.discard());

  test('starts sealed, holds the state folder and answers nothing that needs a key', async () => {
    await using hsm = await connect({ socket: sidecar.process.socket });
    expect(hsm.hello).toMatchObject({
      sealed: true,
      principal: { id: 'nobody', roles: [] },
      log: { origin: '', keys: [] },
    });
    const status = await hsm.system.status();
    expect(status).toMatchObject({ state: 'sealed', sealed: true, progress: { have: 0, need: 3 }, sessions: 1 });
    expect(status).not.toHaveProperty('keys');
    expect(status.progress?.set).toBe(shares[0]?.split('.')[1]);
    expect(await hsm.system.discover()).toHaveProperty('methods');
    const calls = [
      () => hsm.keys.list().next(),
      () => hsm.system.random(8),
      () => hsm.audit.list(),
      () => hsm.session.whoami(),
      () => hsm.subtle.generateKey('Ed25519', false, ['sign']),
    ];
    for (const call of calls) expect(codeIn(await call().catch((error: unknown) => error))).toBe('sealed');
    await hsm.system.seal();

    const stranger = await WireClient.open(sidecar.process.socket);
    expect((await stranger.call('system.status')).error?.data.code).toBe('unauthenticated');
    await stranger.closed;
    const other = new LiveSidecar(['--root-key-shares']);
    Object.assign(other.folders, { state: sidecar.folders.state, config: sidecar.folders.config });
    await expect(other.start()).rejects.toThrow('another sidecar holds the state folder');
    discardFolders({ ...other.folders, root: join(other.folders.socket, '../..') });
  });

  test('is opened by any three of the five, again and again, and keeps its keys', async () => {
    await unsealWith(shares.slice(0, 3));
    await using hsm = await sidecar.connect();
    const { privateKey, publicKey } = await hsm.keys.create({ name: 'kept', algorithm: 'Ed25519', usages });
    for (const three of choices(shares, 3)) {
      const signature = await hsm.subtle.sign('Ed25519', privateKey, data);
      expect(await hsm.subtle.verify('Ed25519', publicKey, signature, data)).toBe(true);
      await hsm.system.seal();
      expect(await codeOf(hsm.system.random(8))).toBe('sealed');
      await unsealWith(three);
    }
    expect(await hsm.subtle.sign('Ed25519', privateKey, data)).toHaveProperty('byteLength', 64);
  });

  test('refuses a mistyped share, one of another set and a repeated one, and goes on with the others', async () => {
    const elsewhere = createFolders();
    const [foreign] = makeShares(elsewhere);
    discardFolders(elsewhere);
    await using hsm = await sidecar.connect();
    const [first = '', second, third] = shares;
    expect(await codeOf(give(hsm, `${first.slice(0, -1)}${first.endsWith('0') ? '1' : '0'}`))).toBe('share_invalid');
    expect(await codeOf(give(hsm, foreign))).toBe('share_foreign');
    expect(await codeOf(give(hsm, 'nothing'))).toBe('share_invalid');
    expect(await codeOf(hsm.system.unseal())).toBe('share_missing');
    await give(hsm, first);
    expect(await codeOf(give(hsm, first))).toBe('share_repeated');
    expect((await hsm.system.status()).progress).toMatchObject({ have: 1, need: 3 });
    await give(hsm, second);
    expect(await give(hsm, third)).toMatchObject({ sealed: false });
    expect(await give(hsm, first)).toEqual({ sealed: false });

    const source = `uid:${process.getuid?.()}`;
    const events = (await sealRecords(hsm)).filter(
      ({ phase, operation }) => phase === 'event' && operation === 'system.unseal',
    );
    expect(events.filter(({ outcome }) => outcome === 'ok')).toMatchObject(
      [1, 2, 3].map((share) => ({ source, details: { share, at: expect.any(Number) } })),
    );
    expect(events.filter(({ outcome }) => outcome === 'denied')).toMatchObject([
      { source, error: 'share_invalid', details: { count: 2 } },
      { source, error: 'share_foreign', details: { count: 1 } },
      { source, error: 'share_repeated', details: { count: 1 } },
    ]);
    expect(JSON.stringify(events)).not.toContain(first.slice(-9));
  });

  test('gives no more than ten wrong answers a minute, and then none to a right share either', async () => {
    await using hsm = await sidecar.connect();
    for (let turn = 0; turn < 10; turn += 1) expect(await codeOf(give(hsm, 'wrong'))).toBe('share_invalid');
    const refused = await give(hsm, shares[0]).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    expect((refused as FerroHsmError).retryAfterMs).toBeGreaterThan(50_000);
    expect((await hsm.system.status()).progress).toMatchObject({ have: 0 });
  });

  test('killed while sealed starts sealed, without the shares that it had', async () => {
    await unsealWith(shares.slice(0, 3));
    await using hsm = await sidecar.connect();
    await hsm.keys.create({ name: 'kept', algorithm: 'Ed25519', usages });
    await hsm.system.seal();
    await give(hsm, shares[0]);
    await give(hsm, shares[1]);
    await sidecar.kill();
    await sidecar.start();
    await using after = await connect({ socket: sidecar.process.socket });
    expect((await after.system.status()).progress).toMatchObject({ have: 0, need: 3 });
    await unsealWith(shares.slice(2));
    expect((await after.keys.get('kept')).name).toBe('kept');
  });

  test('stays sealed when something else keeps it from opening, says what, and is opened by the same shares later', async () => {
    const policy = join(sidecar.folders.config, 'policy.cedar');
    writeConfig(sidecar.folders, 'policy.cedar', 'permit (');
    await using hsm = await sidecar.connect();
    await give(hsm, shares[0]);
    await give(hsm, shares[1]);
    expect(await codeOf(give(hsm, shares[2]))).toMatch(/^(policy|config)_invalid$/);
    expect(sidecar.notices()).toMatch(/error: system\.unseal: .*policy/);
    expect(await hsm.system.status()).toMatchObject({ sealed: true, progress: { have: 0 } });
    rmSync(policy);
    await unsealWith(shares.slice(0, 3));
    expect(await hsm.system.random(8)).toHaveLength(8);
  });

  test('stops in an orderly way while it is sealed', async () => {
    await unsealWith(shares.slice(0, 3));
    await using hsm = await sidecar.connect();
    await hsm.system.seal();
    await give(hsm, shares[0]);
    expect(await sidecar.stop()).toBe(0);
  });

  test('sealed under load: nothing is answered without its record, and nothing behind the seal', async () => {
    await unsealWith(shares.slice(0, 3));
    const clients = await Promise.all(Array.from({ length: 4 }, () => sidecar.connect()));
    const [administrator] = clients as [FerroHsm, ...FerroHsm[]];
    const { keys } = administrator.hello.log;
    await administrator.keys.create({ name: 'busy', algorithm: 'ML-DSA-65', usages });
    const signatures: string[] = [];
    const created: string[] = [];
    const busy = Promise.withResolvers<void>();
    let isSealed = false;

    async function stream(hsm: FerroHsm, number: number): Promise<void> {
      const { privateKey } = await hsm.keys.get('busy');
      for (let turn = 0; ; turn += 1) {
        const name = `stream-${number}-${turn}`;
        if (turn % 4 === 0) {
          await hsm.keys.create({ name, algorithm: 'Ed25519', usages });
          created.push(name);
        } else {
          await hsm.subtle.sign('ML-DSA-65', privateKey, Buffer.from(name));
          signatures.push(name);
        }
        expect(isSealed).toBe(false);
        if (signatures.length === 60) busy.resolve();
      }
    }

    const streams = Promise.allSettled(
      clients.flatMap((hsm, at) => [0, 1, 2].map((more) => stream(hsm, at * 3 + more))),
    );
    await busy.promise;
    await using sealing = await sidecar.connect();
    await sealing.system.seal();
    isSealed = true;
    const codes = (await streams).map((end) => codeIn((end as PromiseRejectedResult).reason));
    for (const code of codes)
      expect(['sealed', 'connection_lost', 'outcome_unknown', 'internal_error']).toContain(code);

    await unsealWith(shares.slice(1, 4));
    await using hsm = await sidecar.connect();
    for (const name of created) expect((await hsm.keys.get(name)).name).toBe(name);
    expect(await verifyFolder(sidecar.folders.log, keys)).toMatchObject({ ok: true, problems: [] });
    const { size } = await hsm.audit.list({ limit: 1 });
    const records = [];
    for (let start = 0; start < size; start += 1000)
      records.push(...(await hsm.audit.list({ start, limit: 1000 })).records);
    const operations = records.map(({ record }) => record);
    const uses = operations.filter(({ operation, outcome }) => operation === 'subtle.sign' && outcome === 'ok');
    expect(uses.length).toBeGreaterThanOrEqual(signatures.length);
    // The seal's own result, what was under way, the stop; and behind that only the next start.
    const story = operations.map(({ operation, phase }) => `${operation} ${phase}`);
    const stop = story.indexOf('sidecar.stop event');
    expect(story.indexOf('system.seal result')).toBeLessThan(stop);
    expect(story[stop + 1]).toBe('sidecar.start event');
    for (const hsm of clients) await hsm.close();
  });

  test('has wiped session keys, and ends waiting calls, when the seal is answered', async () => {
    await unsealWith(shares.slice(0, 3));
    await using hsm = await sidecar.connect();
    await using other = await sidecar.connect();
    const { privateKey } = (await other.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
    const waiting = WireClient.greeted(sidecar.process.socket).then(async (client) => {
      client.send({ jsonrpc: '2.0', id: 7, method: 'approvals.events', params: { timeoutMs: 30_000 } });
      return client;
    });
    const client = await waiting;
    const before = Date.now();
    await hsm.system.seal();
    expect(Date.now() - before).toBeLessThan(2_000);
    await client.closed;
    expect(await client.rest()).toMatch(/"code":"sealed"|"events"/);
    await unsealWith(shares.slice(0, 3));
    const gone = await other.subtle.sign('Ed25519', privateKey, data).catch((error: Error) => error);
    expect(gone).toBeInstanceOf(Error);
  });
});

function codeIn(error: unknown): string | undefined {
  return error instanceof FerroHsmError
    ? error.code
    : codeIn((error as Error).cause ?? new FerroHsmError('internal_error'));
}

describe('a sidecar with a key file', () => {
  const live = new LiveSidecar(['--websocket', '127.0.0.1:0']);
  afterAll(() => live.discard());

  test('is sealed by an administrator alone, and unsealed by its own user over the Unix socket', async () => {
    writeConfig(live.folders, 'principals.json', principalsFile({ auditor: ['Auditor'], admin: ['Administrator'] }));
    await live.start();
    await using auditor = await live.connectWebSocket(tokenOf('auditor'));
    await using admin = await live.connectWebSocket(tokenOf('admin'));
    expect(await codeOf(auditor.system.seal())).toBe('permission_denied');
    expect(await auditor.system.unseal()).toEqual({ sealed: false });
    await admin.system.seal();
    await using stranger = await connect({ url: live.process.url as string, token: tokenOf('nobody') });
    expect(await stranger.system.status()).toMatchObject({ sealed: true });
    expect(await stranger.system.status()).not.toHaveProperty('progress');
    expect(await codeOf(stranger.system.unseal())).toBe('permission_denied');
    expect(await codeOf(stranger.system.unseal(Buffer.from('a share')))).toBe('invalid_params');
    await using owner = await connect({ socket: live.process.socket });
    expect(await owner.system.unseal()).toEqual({ sealed: false });
    expect(await owner.keys.list().next()).toMatchObject({ done: true });
    expect(await codeOf(stranger.system.status())).toBe('unauthenticated');
    expect(await sealRecords(auditor)).toMatchObject([
      { operation: 'sidecar.start' },
      { operation: 'system.seal', outcome: 'denied' },
      { operation: 'system.unseal', phase: 'use' },
      { operation: 'system.seal', phase: 'intent' },
      { operation: 'system.seal', phase: 'result', outcome: 'ok' },
      { operation: 'sidecar.stop' },
      { operation: 'sidecar.start' },
      { operation: 'system.unseal', phase: 'event', source: `uid:${process.getuid?.()}` },
    ]);
  });
});
