import { execFile } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Approval, connect, type KeyRecord, verifyLog } from '@ferrohsm/sdk/node';
import { type RestoreOptions, Secret, startSidecar } from '@ferrohsm/sidecar';
import { expect } from 'vitest';
import {
  type BackupWorld,
  backupRequest,
  backupWorld,
  storedKey,
  testRecipient,
} from '../../sidecar/src/backups/test-backup-world.ts';
import { testFolder } from '../../sidecar/src/keystore/test-store.ts';
import { command } from '../../tools/throw-away-sidecar.ts';
import { sourceOf } from '../end-to-end/live-sidecar.ts';
import { afterKill, afterPowerCut, materialize } from './disk-image.ts';
import type { DiskOperation } from './disk-operation.ts';
import { placesIn } from './found-state.ts';
import { RecordedDisk } from './recorded-disk.ts';
import { chanceOf, drawn, failuresOf, seed } from './sample.ts';
import { type Recording, readRecording, tracing } from './traced-process.ts';

export interface BackedUp {
  readonly seed: Buffer;
  readonly file: string;
  readonly records: readonly KeyRecord[];
}

/** Several of them start at once. */
const connectTimeoutMs = 60_000;

/** A backup of two keys, and of what is put beside them. */
export async function backedUp(prepare: (world: BackupWorld) => Promise<void> = async () => {}): Promise<BackedUp> {
  const world = await backupWorld();
  const records = [await storedKey(world.keystore, 'a'), await storedKey(world.keystore, 'b')];
  await prepare(world);
  const recipient = testRecipient();
  await world.backups.create(recipient.key, backupRequest());
  return { seed: recipient.seed, file: world.files()[0] ?? '', records };
}

/** Runs `ferrohsm backup restore` below the root while its steps are written down, until it ends with that exit status. */
export async function recordRestore(
  root: string,
  { seed: key, file }: BackedUp,
  { approval, status = 0 }: { readonly approval?: Approval; readonly status?: number } = {},
): Promise<Recording> {
  const folder = testFolder();
  const [keyFile, approvalFile, trace] = [
    join(folder, 'backup.key'),
    join(folder, 'approval.json'),
    join(folder, 'trace'),
  ];
  writeFileSync(keyFile, key, { mode: 0o600 });
  writeFileSync(approvalFile, JSON.stringify(approval ?? {}));
  const { state, config } = placesIn(root);
  const disk = new RecordedDisk(root);
  const [program = '', ...under] = tracing(trace);
  const words = ['backup', 'restore', file, '--recipient-key', keyFile, '--state', state, '--config', config, '--yes'];
  const consent = approval === undefined ? [] : ['--approval', approvalFile];
  const running = promisify(execFile)(program, [...under, process.execPath, command, ...words, ...consent]);
  const ended = await running.then(
    () => 0,
    ({ code }: { readonly code: number }) => code,
  );
  expect(ended).toBe(status);
  return await readRecording(trace, disk);
}

export function restoreOptions(root: string, { seed: key, file }: BackedUp, approval?: Approval): RestoreOptions {
  const { state, config } = placesIn(root);
  return {
    path: file,
    opener: { seed: Secret.copy(key) },
    stateFolder: state,
    configFolder: config,
    rootKey: { kind: 'key-file', path: join(config, 'root.key') },
    ...(approval !== undefined && { consent: { approvals: [approval] } }),
    onNotice: () => undefined,
  };
}

/** Looks at what is below a root after kill -9, and after the power went, at steps of a recording. */
export async function atSteps({ disk, steps }: Recording, look: (root: string) => Promise<void>): Promise<void> {
  const folder = testFolder();
  const lookAfter = async (operations: readonly DiskOperation[]) => {
    const image = mkdtempSync(join(folder, 'image-'));
    materialize(disk, operations, image);
    await look(image);
    rmSync(image, { recursive: true });
  };
  const killed = drawn(steps, chanceOf(seed));
  expect(await failuresOf(killed, (line) => lookAfter(afterKill(disk, line)))).toEqual([]);
  const cut = drawn(steps, chanceOf(seed + 1));
  const image = (line: number) => afterPowerCut(disk, line, chanceOf(seed + line));
  expect(await failuresOf(cut, (line) => lookAfter(image(line)))).toEqual([]);
}

/** A sidecar starts on it, and its keys sign as they did. */
export async function expectRestored(root: string, backup: BackedUp): Promise<void> {
  const { log, socket: path } = placesIn(root);
  const options = restoreOptions(root, backup);
  const sidecar = await startSidecar({ ...options, sockets: [{ name: 'default', path }] });
  const hsm = await connect({ socket: path, connectTimeoutMs });
  const { keys } = hsm.hello.log;
  try {
    for (const record of backup.records) {
      const key = await hsm.keys.get(record.name);
      expect(key.record).toEqual(record);
      const data = Buffer.from(record.id);
      const signature = await hsm.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, data);
      const spki = Buffer.from(record.versions[0].publicKey?.data ?? '');
      const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
      expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature))).toBe(true);
    }
  } finally {
    await hsm.close();
    await sidecar.close();
  }
  expect(await verifyLog(sourceOf(log), { keys })).toMatchObject({ ok: true, problems: [] });
}
