import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FerroHsm, FerroHsmError } from '@ferrohsm/sdk/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { LiveSidecar, writeConfig } from './live-sidecar.ts';
import { makeShares, renewShares } from './shares.ts';

const ada = approver('ada');
const otto = approver('otto');
const data = Buffer.from('what is signed');

let sidecar: LiveSidecar;
let assembly: Assembly;
let old: string[];

beforeEach(async () => {
  sidecar = new LiveSidecar(['--root-key-shares', '--websocket', '127.0.0.1:0']);
  assembly = new Assembly(sidecar);
  const credentials = [{ uid: process.geteuid?.() ?? 0 }];
  const principals = [
    personRecord(ada, ['Administrator', 'Auditor']),
    personRecord(otto, ['Officer']),
    { id: 'app', kind: 'workload', owner: 'ada', roles: ['Officer', 'Operator', 'Administrator'], credentials },
  ];
  old = makeShares(sidecar.folders);
  writeConfig(sidecar.folders, 'principals.json', JSON.stringify({ principals }));
  await sidecar.start();
  await unseal(old.slice(0, 3));
  await assembly.join('ada', 'otto');
});
afterEach(async () => {
  assembly.leave();
  await sidecar.discard();
});

const parameters = () => join(sidecar.folders.config, 'shares.json');
const labelOf = (shares: readonly string[]) => shares[0]?.split('.')[1];

const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    ({ code }: FerroHsmError) => code,
  );

function give(hsm: FerroHsm, share: string | undefined) {
  return hsm.system.unseal(Buffer.from(share ?? ''));
}

async function unseal(shares: readonly string[]): Promise<void> {
  await using hsm = await sidecar.connect();
  for (const share of shares) await give(hsm, share);
  expect(await give(hsm, shares[0])).toMatchObject({ sealed: false });
}

async function restart(): Promise<void> {
  assembly.leave();
  await sidecar.kill();
  await sidecar.start();
}

/** Ada asks and Otto agrees. */
const rotate = () => assembly.agreed('ada', 'keystore.changeRootKey', {}, [otto]);

async function expectSigns(): Promise<void> {
  await using hsm = await sidecar.connect();
  const pair = await hsm.keys.get('kept');
  const signature = await hsm.subtle.sign('Ed25519', pair.privateKey as CryptoKey, data);
  expect(await hsm.subtle.verify('Ed25519', pair.publicKey as CryptoKey, signature, data)).toBe(true);
}

async function createKept(): Promise<void> {
  await using hsm = await sidecar.connect();
  await hsm.keys.create({ name: 'kept', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
}

test('a new root key in shares takes over once enough of them were given, and then they alone open', async () => {
  await createKept();
  expect(await codeOf(rotate())).toBe('root_key_unprepared');
  const next = renewShares(sidecar.folders);
  await using hsm = await sidecar.connect();
  expect((await hsm.system.status()).next).toEqual({ have: 0, need: 3, set: labelOf(next) });
  expect(await give(hsm, next[4])).toEqual({ sealed: false, next: { have: 1, need: 3, set: labelOf(next) } });
  expect(await outcome(give(hsm, next[4]))).toBe('share_repeated');
  expect(
    await outcome(
      give(
        hsm,
        next[0]?.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      ),
    ),
  ).toBe('share_invalid');
  // Of the set in force: not needed, and no failed attempt.
  expect(await give(hsm, old[0])).toEqual({ sealed: false });
  await give(hsm, next[1]);
  const { error } = await rotate();
  expect(error).toMatchObject({ data: { code: 'share_missing', detail: '2 of 3' } });
  await give(hsm, next[2]);
  expect(await rotate()).toMatchObject({
    result: { generation: 2, notice: expect.stringContaining('destroy the old shares') },
  });
  expect(sidecar.notices()).toContain('open the sidecar: copy shares.json');
  await expectSigns();
  expect((await hsm.system.status()).next).toBeUndefined();
  expect(JSON.parse(readFileSync(parameters(), 'utf8'))).toMatchObject({ label: labelOf(next) });
  expect(existsSync(`${parameters()}.next`)).toBe(false);

  const events = (await assembly.records('ada')).filter(
    ({ operation, phase }) => operation === 'system.unseal' && phase === 'event',
  );
  const source = `uid:${process.geteuid?.()}`;
  expect(events.slice(3)).toMatchObject([
    { outcome: 'ok', details: { share: 5, source } },
    { outcome: 'denied', error: 'share_repeated' },
    { outcome: 'denied', error: 'share_invalid' },
    { outcome: 'ok', details: { share: 2 } },
    { outcome: 'ok', details: { share: 3 } },
  ]);

  await restart();
  await using stranger = await sidecar.connect();
  for (const share of old.slice(0, 3)) expect(await outcome(give(stranger, share))).toBe('share_foreign');
  await unseal(next.slice(0, 3));
  await expectSigns();
});

test('a process that died right before the new parameters got their name is opened by the new shares, and by no others', async () => {
  await createKept();
  const next = renewShares(sidecar.folders);
  copyFileSync(parameters(), `${parameters()}.old`);
  const prepared = readFileSync(`${parameters()}.next`);
  await using hsm = await sidecar.connect();
  for (const share of next.slice(1, 4)) await give(hsm, share);
  expect(await codeOf(rotate())).toBe('ok');
  assembly.leave();
  await sidecar.kill();
  writeFileSync(`${parameters()}.next`, prepared, { mode: 0o600 });
  renameSync(`${parameters()}.old`, parameters());
  await sidecar.start();

  await using stranger = await sidecar.connect();
  expect(await stranger.system.status()).toMatchObject({
    progress: { have: 0, set: labelOf(old) },
    next: { have: 0, set: labelOf(next) },
  });
  await give(stranger, old[0]);
  await give(stranger, old[1]);
  const refusal = await give(stranger, old[2]).catch((error: FerroHsmError) => error);
  expect(refusal).toMatchObject({ code: 'share_foreign', message: expect.stringContaining(String(labelOf(next))) });
  expect(await stranger.system.status()).toMatchObject({ sealed: true, progress: { have: 0 } });
  await unseal(next.slice(0, 3));
  expect(readFileSync(parameters())).toEqual(prepared);
  expect(existsSync(`${parameters()}.next`)).toBe(false);
  expect(sidecar.notices()).toContain('open the sidecar: copy shares.json');
  await expectSigns();
});

test('shares of a set that is not in force yet do not open, and sealing drops what was given of it', async () => {
  await createKept();
  const next = renewShares(sidecar.folders);
  await using hsm = await sidecar.connect();
  for (const share of next.slice(0, 3)) await give(hsm, share);
  await hsm.system.seal();
  await using stranger = await sidecar.connect();
  expect((await stranger.system.status()).next).toMatchObject({ have: 0 });
  await give(stranger, next[0]);
  await give(stranger, next[1]);
  expect(await outcome(give(stranger, next[2]))).toBe('share_foreign');
  await unseal(old.slice(2));
  await assembly.join('ada', 'otto');
  const requestId = randomUUID();
  const approval = await assembly.held('ada', 'keystore.changeRootKey', { requestId });
  await assembly.approve(otto, approval);
  const { error } = await assembly.ask('ada', 'keystore.changeRootKey', { requestId });
  expect(error).toMatchObject({ data: { code: 'share_missing', detail: '0 of 3' } });
  await expectSigns();
});

test('wrong shares of the next root key are limited as wrong ones are that unseal', async () => {
  renewShares(sidecar.folders);
  await using hsm = await sidecar.connect();
  for (let turn = 0; turn < 10; turn += 1) expect(await outcome(give(hsm, 'wrong'))).toBe('share_invalid');
  expect(await outcome(give(hsm, 'wrong'))).toBe('rate_limited');
});
