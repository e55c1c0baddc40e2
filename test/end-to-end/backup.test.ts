import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  type Approval,
  type Backup,
  type FerroHsm,
  type KeyRecord,
  type Pkcs11Object,
  verifyApproval,
  verifyReceipt,
} from '@ferrohsm/sdk/node';
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from '../../tools/throw-away-sidecar.ts';
import { type Approver, approver, consent, digestOf, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { LiveSidecar, writeConfig } from './live-sidecar.ts';

const [ada, olga, otto] = [approver('ada'), approver('olga'), approver('otto')];
const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-backups-'));
const backups = join(folder, 'backups');
const words = ['--websocket', '127.0.0.1:0', '--backup-folder', backups];
const sidecar = new LiveSidecar(words);
const restored = new LiveSidecar(words);
const assembly = new Assembly(sidecar);
let app: FerroHsm;

/** Files of private keys by the fingerprint of the public one. */
const keyFiles = new Map<string, string>();

/** A recipient whose keys another implementation makes; only the public one is ever told. */
function newRecipient(number: number) {
  const seed = new Uint8Array(32).fill(number);
  const { publicKey } = ml_kem768_x25519.keygen(seed);
  const file = join(folder, `${number}.key`);
  writeFileSync(file, seed, { mode: 0o600 });
  keyFiles.set(createHash('sha256').update(publicKey).digest('base64url'), file);
  return { algorithm: 'MLKEM768-X25519', publicKey: Buffer.from(publicKey).toString('base64url') };
}

function keyFileOf({ fingerprint }: Backup): string {
  return keyFiles.get(fingerprint) ?? '';
}

const recipient = newRecipient(1);

beforeAll(async () => {
  const credentials = [{ uid: process.geteuid?.() ?? 0 }];
  const principals = [
    personRecord(ada, ['Administrator', 'Auditor']),
    personRecord(olga, ['Officer']),
    personRecord(otto, ['Officer']),
    { id: 'app', kind: 'workload', owner: 'ada', roles: ['Operator'], credentials },
  ];
  writeConfig(sidecar.folders, 'principals.json', JSON.stringify({ governance: 'records', principals, groups: [] }));
  await sidecar.start();
  await assembly.join('ada', 'olga', 'otto');
  app = await sidecar.connect();
});
afterAll(async () => {
  assembly.leave();
  await app.close();
  await sidecar.discard();
  await restored.discard();
  rmSync(folder, { recursive: true, force: true });
});

/** Algorithms in turn, with a use that can be checked without the sidecar where there is one. */
const kinds = [
  { algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] },
  { algorithm: { name: 'ML-DSA-65' }, usages: ['sign', 'verify'] },
  { algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] },
  { algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, usages: ['sign', 'verify'] },
  { algorithm: { name: 'MLKEM768-X25519' }, usages: ['encapsulateBits', 'decapsulateBits'] },
  { algorithm: { name: 'HMAC', hash: 'SHA-256' }, usages: ['sign', 'verify'] },
] as const;

const data = Buffer.from('what is signed');
const iv = Buffer.alloc(12, 1);

async function create(name: string, kind: object): Promise<void> {
  const { error } = await assembly.change('olga', 'keys.create', { name, ...kind });
  if (error !== undefined) throw new Error(error.data.detail);
}

async function backUp(since?: string): Promise<Backup> {
  const { result, error } = await assembly.agreed('ada', 'backup.create', { recipient, ...(since && { since }) }, [
    olga,
  ]);
  if (error !== undefined) throw new Error(`${error.data.code} ${error.data.detail ?? ''}`);
  return (result as { backup: Backup }).backup;
}

function restoreWords(backup: Backup, ...more: string[]): string[] {
  const { state, config } = restored.folders;
  const places = ['--state', state, '--config', config, '--log', sidecar.folders.log];
  const file = join(backups, backup.file);
  return [command, 'backup', 'restore', file, '--recipient-key', keyFileOf(backup), ...places, '--yes', ...more];
}

/** What a person's own program makes of the request for a restore: the signature is made without ours. */
async function approvedRestore(backup: Backup, by: Approver): Promise<string> {
  const plan = join(folder, 'request.json');
  const words = ['--plan', plan, '--requester', 'ada', '--reason', 'the host burned down'];
  await promisify(execFile)(process.execPath, restoreWords(backup, ...words));
  const request: Approval = JSON.parse(readFileSync(plan, 'utf8'));
  expect(digestOf(request.operation)).toBe(request.digest);
  expect(JSON.parse(request.operation.params)).toMatchObject({
    backup: backup.id,
    sha256: backup.sha256,
    stateRoot: backup.stateRoot,
    destroyed: { versions: 1 },
  });
  const vote = { person: by.id, decision: 'approve', time: Date.now(), keyId: by.keyId };
  const file = join(folder, `${by.id}.json`);
  writeFileSync(file, JSON.stringify({ ...request, votes: [{ ...vote, evidence: consent(by, request).jws }] }));
  return file;
}

async function certificateOf(name: string): Promise<string> {
  for (;;) {
    const { result, error } = await assembly.ask('olga', 'keys.certificate', { name });
    if (error === undefined) return (result as { certificate: string }).certificate;
    await pause(200);
  }
}

describe('a backup of 200 keys and its increment', () => {
  const records: KeyRecord[] = [];
  let ciphertext: ArrayBuffer;
  let objects: readonly Pkcs11Object[];
  let whole: Backup;
  let backup: Backup;

  beforeAll(async () => {
    for (let i = 0; i < 200; i++) {
      await create(`key/${i}`, kinds[i % kinds.length] as object);
      records.push((await app.keys.get(`key/${i}`)).record);
    }
    const { secretKey } = await app.keys.get('key/2');
    ciphertext = await app.subtle.encrypt({ name: 'AES-GCM', iv }, secretKey, data);
    const stored = { kind: 'data', attributes: [{ type: 17, value: new Uint8Array(data) }] } as const;
    const store = (requestId: string) =>
      app.call('pkcs11Objects.create', { ...stored, attributes: [...stored.attributes], requestId });
    await store('object-of-the-whole');
    whole = await backUp();
    await store('object-of-the-increment');
    objects = (await app.call('pkcs11Objects.list', {})).records;
    await create('doomed', kinds[0]);
    backup = await backUp(whole.id);
    // What happens afterwards: one key is destroyed, and its certificate names the backup that still holds it.
    await assembly.change('olga', 'keys.deactivate', { name: 'doomed' });
    const { error } = await assembly.agreed('olga', 'keys.destroy', { name: 'doomed', windowSeconds: 0 }, [otto]);
    expect(error).toBeUndefined();
  }, 180_000);

  test('is named by the certificate of what was destroyed afterwards', async () => {
    const { record } = await verifyReceipt(await certificateOf('doomed'), { keys: app.hello.log.keys });
    expect(record?.details).toMatchObject({ backups: backup.id, erasedGeneration: 1, isFound: false });
  });

  test('holds what has changed, and another after the destruction nothing of what is destroyed', async () => {
    expect(backup.sizeBytes * 5).toBeLessThan(whole.sizeBytes);
    const last = await backUp(backup.id);
    const words_ = ['backup', 'rehearse', join(backups, last.file), '--recipient-key', keyFileOf(last), '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, [command, ...words_]);
    const { keys, continues, header, manifest } = JSON.parse(stdout);
    expect({ keys, continues, root: header.stateRoot }).toEqual({
      keys: 201,
      continues: [whole.id, backup.id],
      root: last.stateRoot,
    });
    // The secret of the destroyed key is gone from the chain; all others are sealed anew.
    expect(manifest.counts.version).toBe(200);
    expect(manifest.removed).toBeGreaterThanOrEqual(1);
  });

  test('leaves an intent before and a result, and is never made by one person alone', async () => {
    expect(await codeOf(assembly.change('ada', 'backup.create', { recipient }))).toBe('approval_required');
    expect(await codeOf(assembly.change('olga', 'backup.create', { recipient }))).toBe('permission_denied');
    const made = (await assembly.records('ada')).filter(
      ({ operation, outcome }) => operation === 'backup.create' && (outcome === 'ok' || outcome === 'pending'),
    );
    expect(made.map(({ phase }) => phase)).toEqual(['intent', 'result', 'intent', 'result', 'intent', 'result']);
  });

  test('a restore that is killed leaves no state folder, and one that is not, the whole of it', async () => {
    const { state } = restored.folders;
    const whole = ['generations', 'keystore', 'lock', 'log'];
    // The first checkpoint that covers the certificate.
    await certificateOf('doomed');
    const words = restoreWords(backup, '--approval', await approvedRestore(backup, olga));
    for (const killedAfterMs of [400, 800, 1200]) {
      const process_ = spawn(process.execPath, words, { stdio: 'ignore' });
      await pause(killedAfterMs);
      process_.kill('SIGKILL');
      if (process_.exitCode === null && process_.signalCode === null) await once(process_, 'exit');
      // It was done before the signal came.
      if (existsSync(state)) expect(readdirSync(state).sort()).toEqual(whole);
      rmSync(state, { recursive: true, force: true });
    }
    const { stderr } = await promisify(execFile)(process.execPath, words);
    expect(stderr).toContain('201 keys; 1 destroyed versions were not brought back');
    expect(readdirSync(state).sort()).toEqual(whole);
    expect(existsSync(`${state}.restoring`)).toBe(false);
  });

  test('restores every key to what it was, with people, policies and approvals, but nothing that is destroyed', async () => {
    await restored.start();
    const again = await restored.connect();
    for (const record of records) expect((await again.keys.get(record.name)).record).toEqual(record);
    expect(objects).toHaveLength(2);
    expect((await again.call('pkcs11Objects.list', {})).records).toEqual(objects);
    const { privateKey, publicKey: mlDsa } = await again.keys.get('key/1');
    const signature = new Uint8Array(await again.subtle.sign('ML-DSA-65', privateKey, data));
    const raw = new Uint8Array(await again.subtle.exportKey('raw-public', mlDsa));
    expect(ml_dsa65.verify(signature, data, raw)).toBe(true);
    const { secretKey } = await again.keys.get('key/2');
    const plain = await again.subtle.decrypt({ name: 'AES-GCM', iv }, secretKey, ciphertext);
    expect(Buffer.from(plain)).toEqual(data);
    const doomed = (await again.keys.get('doomed')).record;
    expect(doomed.versions).toMatchObject([{ state: 'destroyed', reason: 'destroyed after the backup' }]);

    const people = new Assembly(restored);
    await people.join('ada', 'olga');
    const { result } = await people.ask('ada', 'principals.list');
    const ids = (result as { principals: { id: string }[] }).principals.map(({ id }) => id);
    expect(ids.sort()).toEqual(['ada', 'app', 'olga', 'otto']);
    const listed = (await people.ask('olga', 'approvals.list')).result as {
      approvals: { operation: { method: string } }[];
    };
    expect(listed.approvals.map(({ operation }) => operation.method)).toContain('backup.create');
    const policyOf = async (at: Assembly) => ((await at.ask('ada', 'policy.get')).result as { policy: object }).policy;
    expect(await policyOf(people)).toEqual(await policyOf(assembly));
    const [opening, restore, ...approvals] = await people.records('ada');
    expect(opening).toMatchObject({ operation: 'log.open', details: { backup: backup.id, hasLog: true } });
    expect(opening?.details?.earlierOrigin).not.toBe(again.hello.log.origin);
    // Whoever has the log and the public keys of the people sees that they consented, by whatever program.
    expect(restore).toMatchObject({ operation: 'backup.restore', details: { backup: backup.id, approvals: 1 } });
    const { operation, digest } = (restore?.details ?? {}) as { operation: string; digest: string };
    const votes = approvals
      .filter((record) => record.operation === 'backup.restore.approve')
      .map(({ principal = '', details }) => ({ person: principal, decision: 'approve', time: 0, ...details }));
    const shown = { id: 'apr_', state: 'consumed', needed: 1, digest, operation: JSON.parse(operation), votes };
    const { keyId: id, jwk } = olga;
    const keys = [{ id, kind: 'jwk', algorithm: 'EdDSA', jwk, person: 'olga' }] as const;
    expect((await verifyApproval(shown as unknown as Approval, keys)).persons).toEqual(['olga']);
    expect(await codeOf(people.change('olga', 'keys.create', { name: 'new', ...kinds[0] }))).toBe('ok');
    people.leave();
    await again.close();
    // It starts again, and what it says of itself is still true.
    await restored.stop();
    await restored.start();
  });
});

test('a sidecar that is killed while it writes a backup leaves none, or a whole one that it remembers', async () => {
  const listed = async () => (await assembly.ask('ada', 'backup.list')).result as { backups: Backup[] };
  const [first] = (await listed()).backups;
  const moments = [
    { killedAfterMs: 5 },
    { killedAfterMs: 20 },
    { killedAfterMs: 30, since: first?.id },
    { killedAfterMs: 60 },
  ];
  for (const { killedAfterMs, since } of moments) {
    // An approval that a killed process did not use up would let another request for the same through.
    const wish = since === undefined ? { recipient: newRecipient(killedAfterMs) } : { recipient, since };
    const request = { ...wish, requestId: `killed-backup-${killedAfterMs}` };
    const approval = await assembly.held('ada', 'backup.create', request);
    await assembly.approve(otto, approval);
    const answer = assembly.ask('ada', 'backup.create', request).catch(() => undefined);
    await pause(killedAfterMs);
    await sidecar.kill();
    await answer;
    await sidecar.start();
    await assembly.join('ada', 'olga', 'otto');
    const known = (await listed()).backups;
    expect(readdirSync(backups).sort()).toEqual(known.map(({ file }) => file).sort());
    for (const backup of known) {
      const words_ = [command, 'backup', 'verify', join(backups, backup.file), '--recipient-key', keyFileOf(backup)];
      expect((await promisify(execFile)(process.execPath, words_)).stdout).toMatch(/^result +ok$/m);
    }
  }
}, 180_000);
