import { execFile } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect, type KeyRecord, verifyLog } from '@ferrohsm/sdk/node';
import { type RestoreOptions, restoreBackup, Secret, startSidecar } from '@ferrohsm/sidecar';
import { expect, test } from 'vitest';
import { backupRequest, backupWorld, storedKey, testRecipient } from '../../sidecar/src/backups/test-backup-world.ts';
import { testFolder } from '../../sidecar/src/keystore/test-store.ts';
import { command } from '../../tools/throw-away-sidecar.ts';
import { sourceOf } from '../end-to-end/live-sidecar.ts';
import { afterKill, afterPowerCut, materialize } from './disk-image.ts';
import type { DiskOperation } from './disk-operation.ts';
import { placesIn } from './found-state.ts';
import { RecordedDisk } from './recorded-disk.ts';
import { chanceOf, drawn, failuresOf, seed } from './sample.ts';
import { hasStrace, type Recording, readRecording, tracing } from './traced-process.ts';

interface BackedUp {
  readonly seed: Buffer;
  readonly file: string;
  readonly records: readonly KeyRecord[];
}

/** Several of them start at once. */
const connectTimeoutMs = 60_000;

/** Nobody in it has an approval key: it is restored without consent. */
async function backedUp(): Promise<BackedUp> {
  const world = await backupWorld();
  const records = [await storedKey(world.keystore, 'a'), await storedKey(world.keystore, 'b')];
  const recipient = testRecipient();
  await world.backups.create(recipient.key, backupRequest());
  return { seed: recipient.seed, file: world.files()[0] ?? '', records };
}

/** Runs `ferrohsm backup restore` below the root while its steps are written down. */
async function recordRestore(root: string, { seed: key, file }: BackedUp): Promise<Recording> {
  const folder = testFolder();
  const [keyFile, trace] = [join(folder, 'backup.key'), join(folder, 'trace')];
  writeFileSync(keyFile, key, { mode: 0o600 });
  const { state, config } = placesIn(root);
  const disk = new RecordedDisk(root);
  const [program = '', ...under] = tracing(trace);
  const words = ['backup', 'restore', file, '--recipient-key', keyFile, '--state', state, '--config', config];
  await promisify(execFile)(program, [...under, process.execPath, command, ...words]);
  return await readRecording(trace, disk);
}

function restoreOptions(root: string, { seed: key, file }: BackedUp): RestoreOptions {
  const { state, config } = placesIn(root);
  return {
    path: file,
    opener: { seed: Secret.copy(key) },
    stateFolder: state,
    configFolder: config,
    rootKey: { kind: 'key-file', path: join(config, 'root.key') },
    onNotice: () => undefined,
  };
}

/** The state folder is not there yet, and the restore is done anew; or it is whole. */
async function expectWholeOrNothing(root: string, backup: BackedUp): Promise<void> {
  const { state } = placesIn(root);
  if (!existsSync(state)) await restoreBackup(restoreOptions(root, backup));
  expect(readdirSync(root).filter((name) => name.endsWith('.restoring'))).toEqual([]);
  await expectRestored(root, backup);
}

async function expectRestored(root: string, backup: BackedUp): Promise<void> {
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

test.skipIf(!hasStrace())(
  'a restore that is killed, or whose power goes, at any of its steps leaves nothing or everything, and works again',
  { timeout: 1_800_000 },
  async () => {
    const backup = await backedUp();
    const root = testFolder();
    const { disk, steps } = await recordRestore(root, backup);
    expect(steps.length).toBeGreaterThan(100);
    await expectRestored(root, backup);

    const expectAfter = async (operations: readonly DiskOperation[]) => {
      const image = mkdtempSync(join(folder, 'image-'));
      materialize(disk, operations, image);
      await expectWholeOrNothing(image, backup);
      rmSync(image, { recursive: true });
    };
    const folder = testFolder();
    const killed = drawn(steps, chanceOf(seed));
    expect(await failuresOf(killed, (line) => expectAfter(afterKill(disk, line)))).toEqual([]);
    const cut = drawn(steps, chanceOf(seed + 1));
    const image = (line: number) => afterPowerCut(disk, line, chanceOf(seed + line));
    expect(await failuresOf(cut, (line) => expectAfter(image(line)))).toEqual([]);
  },
);
