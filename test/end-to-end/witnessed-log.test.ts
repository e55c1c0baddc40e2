import { execFile } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FerroHsm, verifyLog, verifyReceipt } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { command } from '../../tools/throw-away-sidecar.ts';
import { LiveSidecar, sourceOf } from './live-sidecar.ts';
import { WitnessProcess } from './witness-process.ts';

const words: string[] = [];
const sidecar = new LiveSidecar(words);
const policyFile = join(sidecar.folders.config, 'witnesses.policy');
let witness: WitnessProcess;
let keys: readonly string[] = [];

/** Either of the witness's two keys; the log's own keys for whoever verifies. */
function policyText(): string {
  const [ed25519, mlDsa44] = witness.vkeys;
  const cosigners = [`witness ed ${ed25519} ${witness.url}`, `witness pq ${mlDsa44} ${witness.url}`];
  return [...keys.map((key) => `log ${key}`), ...cosigners, 'group both all ed pq', 'quorum both', ''].join('\n');
}

async function restart(): Promise<void> {
  await sidecar.stop();
  writeFileSync(policyFile, policyText());
  await sidecar.start();
}

beforeAll(async () => {
  await sidecar.start();
  await using hsm = await sidecar.connect();
  keys = hsm.hello.log.keys;
  witness = new WitnessProcess(keys);
  await witness.start();
  words.push('--witness-policy', policyFile, '--require-witnesses');
  await restart();
});
afterAll(async () => {
  await sidecar.discard();
  await witness.discard();
});

const status = async (hsm: FerroHsm) => (await hsm.system.status()).witnesses;
const quorum = (hsm: FerroHsm) => expect.poll(async () => (await status(hsm))?.quorum, { timeout: 20_000 });

test('checkpoints are cosigned, and what verifies against the policy has the quorum', async () => {
  await using hsm = await sidecar.connect();
  await quorum(hsm).toBe(true);
  const receipts: string[] = [];
  const { subtle } = hsm.with({ onReceipt: (receipt) => receipts.push(receipt) });
  const { privateKey } = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  await subtle.sign('Ed25519', privateKey, Buffer.from('witnessed'));
  for (const receipt of receipts) {
    const report = await verifyReceipt(receipt, { policy: policyText() });
    expect(report).toMatchObject({ ok: true, problems: [] });
  }
  expect(receipts).toHaveLength(2);
  const { size } = await hsm.audit.checkpoint();
  await expect.poll(async () => (await status(hsm))?.cosignedSize, { timeout: 20_000 }).toBeGreaterThanOrEqual(size);
});

test('the status command says what is with the witnesses', async () => {
  const words = [command, 'status', '--socket', sidecar.process.socket];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  expect(stdout).toMatch(/^witnesses +cosigned up to \d+$/m);
  expect(stdout).toMatch(/^witness ed +\d+ at 20/m);
});

test('what a stop leaves is cosigned as a whole, and a start takes the cosigned checkpoint for its own', async () => {
  await sidecar.stop();
  const report = await verifyLog(sourceOf(sidecar.folders.log), { policy: policyText() });
  expect(report).toMatchObject({ ok: true, problems: [] });
  await sidecar.start();
  await using hsm = await sidecar.connect();
  await quorum(hsm).toBe(true);
});

test('critical operations wait while the witnesses are gone, signing does not', async () => {
  await witness.stop();
  await restart();
  await using hsm = await sidecar.connect();
  expect((await status(hsm))?.quorum).toBe(false);
  const algorithm = { name: 'AES-GCM', length: 256 };
  const key = (await hsm.subtle.generateKey(algorithm, true, ['encrypt', 'decrypt'])) as CryptoKey;
  await expect(hsm.subtle.exportKey('raw', key)).rejects.toThrow(/witness/);
  await hsm.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, Buffer.from('goes on'));
  await witness.start();
  await restart();
  await using again = await sidecar.connect();
  await quorum(again).toBe(true);
  const fresh = (await again.subtle.generateKey(algorithm, true, ['encrypt', 'decrypt'])) as CryptoKey;
  expect(await again.subtle.exportKey('raw', fresh)).toHaveProperty('byteLength', 32);
});

test('a log and a store that were both rolled back are told apart by the witness', async () => {
  await sidecar.stop();
  const backup = join(sidecar.folders.root, 'backup');
  cpSync(sidecar.folders.state, backup, { recursive: true });
  await sidecar.start();
  await using hsm = await sidecar.connect();
  await hsm.keys.create({ name: 'later', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
  const { size } = await hsm.audit.checkpoint();
  await expect.poll(async () => (await status(hsm))?.cosignedSize, { timeout: 20_000 }).toBeGreaterThanOrEqual(size);
  await sidecar.stop();
  rmSync(sidecar.folders.state, { recursive: true });
  cpSync(backup, sidecar.folders.state, { recursive: true });
  await sidecar.start();
  await expect
    .poll(() => sidecar.notices(), { timeout: 20_000 })
    .toMatch(/turns the log down \((ahead|inconsistent)\)/);
  await using rolledBack = await sidecar.connect();
  expect((await status(rolledBack))?.quorum).toBe(false);
  const { records } = await rolledBack.audit.list({ limit: 1000 });
  const alarms = records.filter(({ record }) => record.operation === 'witness.alarm');
  expect(alarms.at(-1)?.record.details).toMatchObject({ alarm: 'refused' });
});
