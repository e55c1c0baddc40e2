import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { moveVersions } from '../keystore/key-moves.ts';
import { filesBelow } from '../keystore/test-store.ts';
import { Secret } from '../secret.ts';
import { readBackup, readBackupHeader } from './backup-file.ts';
import { rehearseBackup, verifyBackup } from './backup-restore.ts';
import { backupRequest, backupWorld, storedKey, testRecipient } from './test-backup-world.ts';

function openerOf(seed: Buffer) {
  return { seed: Secret.copy(seed) };
}

test.each(['MLKEM768-X25519', 'ML-KEM-768'] as const)(
  'a backup for %s is whole and tells what it is',
  async (algorithm) => {
    const world = await backupWorld();
    for (let i = 0; i < 40; i++) await storedKey(world.keystore, `key-${i}`);
    await world.keystore.documents.change((changes) => changes.put('note', 'ops', { members: ['alice'] }));
    const { key, seed } = testRecipient(algorithm);
    // The first one makes the key of the indexes.
    await world.backups.create(testRecipient().key, backupRequest());
    world.setTime(Date.now() + 1_000);
    const { stateRoot, stateCounter } = await world.keystore.mark();
    const [first = ''] = world.files();
    rmSync(first);
    const request = backupRequest();
    const backup = await world.backups.create(key, request);

    const [path = '', ...others] = world.files();
    expect(others).toEqual([]);
    const content = readFileSync(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(backup).toMatchObject({ stateRoot, stateCounter, sizeBytes: content.length, algorithm });
    expect(backup.sha256).toBe(createHash('sha256').update(content).digest('base64url'));
    expect(backup.fingerprint).toBe(createHash('sha256').update(key.publicKey).digest('base64url'));
    expect(path).toContain(backup.file);
    expect((await world.backups.list()).at(-1)).toEqual(backup);
    expect(await world.backups.create(key, request)).toEqual(backup);
    expect(world.files()).toHaveLength(1);

    const opener = openerOf(seed);
    const { header, manifest } = await verifyBackup({ path, opener });
    expect(header).toEqual(await readBackupHeader(path));
    expect(header.log).toMatchObject({ origin: world.log.origin, keys: world.log.verifierKeys });
    expect(header.log.checkpoint.startsWith(`${world.log.origin}\n`)).toBe(true);
    expect(manifest).toMatchObject({ stateRoot, stateCounter });
    expect(manifest.counts).toMatchObject({ key: 40, version: 40, name: 40, document: 2 });
    expect(await rehearseBackup({ path, opener })).toMatchObject({ keys: 40, destroyedVersions: 0 });
  },
);

test('the store goes on while it is copied, and the copy shows one moment', async () => {
  const world = await backupWorld();
  for (let i = 0; i < 60; i++) await storedKey(world.keystore, `key-${i}`);
  const { key, seed } = testRecipient();
  const writing = world.backups.create(key, backupRequest());
  let isOver = false;
  writing.finally(() => {
    isOver = true;
  });
  let made = 0;
  for (; !isOver; made++) {
    await storedKey(world.keystore, `later-${made}`);
    await new Promise(setImmediate);
  }
  await writing;
  const [path = ''] = world.files();
  const { keys } = await rehearseBackup({ path, opener: openerOf(seed) });
  expect(keys).toBeGreaterThanOrEqual(60);
  expect(keys).toBeLessThan(60 + made);
});

test('neither root key, generation secret, KEK-sealed form nor secret of log and indexes is in a backup, opened or not', async () => {
  const world = await backupWorld();
  const { id } = await storedKey(world.keystore, 'a');
  const forms = await world.keystore.sealedForms(id, 1);
  const { key, seed } = testRecipient();
  await world.backups.create(key, backupRequest());
  const [path = ''] = world.files();
  const rows: Buffer[] = [];
  const ownSecrets: string[] = [];
  let secrets = 0;
  await readBackup({ path, opener: openerOf(seed) }, (page) => {
    for (const { path: rowPath, value, secret } of page) {
      rows.push(Buffer.from(value), ...(secret === undefined ? [] : [Buffer.from(secret.bytes)]));
      if (secret !== undefined) secrets += 1;
      if (/^system\/(log|backup)\//.test(rowPath) && secret !== undefined) ownSecrets.push(rowPath);
    }
  });
  expect(secrets).toBeGreaterThan(0);
  expect(ownSecrets).toEqual([]);
  const opened = Buffer.concat(rows);
  const generation = filesBelow(join(world.folder, 'state/generations')).map((file) => readFileSync(file));
  expect(generation).toHaveLength(1);
  using seedOfLog = await world.keystore.systemSecret('log/ed25519-seed', () => Secret.take(Buffer.alloc(32)));
  for (const needle of [world.rootKey, ...generation, ...forms, seedOfLog.bytes]) {
    expect(needle.length).toBeGreaterThanOrEqual(32);
    expect(opened.includes(needle)).toBe(false);
    expect(readFileSync(path).includes(needle)).toBe(false);
  }
  const unsealed = await world.keystore.unseal(id, 1);
  using secret = unsealed.secret;
  expect(opened.includes(secret.bytes)).toBe(true);
  expect(readFileSync(path).includes(secret.bytes)).toBe(false);
});

test('a certificate can name the backups that hold what was destroyed, and no others', async () => {
  const world = await backupWorld(1_000);
  const { key } = testRecipient();
  world.setTime(2_000);
  const before = await world.backups.create(key, backupRequest());
  world.setTime(3_000);
  await storedKey(world.keystore, 'a');
  world.setTime(4_000);
  const holding = await world.backups.create(key, backupRequest());
  world.setTime(5_000);
  const moves = ['deactivate', 'destroy', 'erase'] as const;
  for (const move of moves) {
    await world.keystore.revise('a', (record, nowMs) => moveVersions(record, move, { nowMs, destroyAt: nowMs }));
  }
  world.setTime(6_000);
  const after = await world.backups.create(key, backupRequest());
  const version = (await world.keystore.get('a'))?.versions[0];
  expect(version).toMatchObject({ state: 'destroyed', createdAt: 3_000, since: 5_000 });
  expect(version && (await world.backups.holding(version))).toEqual({ holding: [holding.id], continuing: [] });
  expect((await world.backups.list()).map(({ id }) => id)).toEqual([before.id, holding.id, after.id]);
});

test('what a killed process left is given its name when it is whole and remembered, and removed otherwise', async () => {
  const world = await backupWorld();
  const { key, seed } = testRecipient();
  const backup = await world.backups.create(key, backupRequest());
  const [path = ''] = world.files();
  const { renameSync } = await import('node:fs');
  renameSync(path, `${path}.new`);
  writeFileSync(path.replace(backup.id, 'backup_AAAAAAAAAAAAAAAAAAAAAA').concat('.new'), 'half of one');
  await world.backups.settle();
  expect(world.files()).toEqual([path]);
  await verifyBackup({ path, opener: openerOf(seed) });
});

test('a backup that is remembered stays, also where its index cannot get its name', async () => {
  const world = await backupWorld();
  const { key, seed } = testRecipient();
  const indexes = join(world.folder, 'state/backup-indexes');
  const writing = world.backups.create(key, backupRequest()).then(
    () => 'ok',
    (error: { code?: string }) => error.code,
  );
  mkdirSync(indexes, { mode: 0o700 });
  let draft: string | undefined;
  while (draft === undefined) {
    await new Promise(setImmediate);
    draft = readdirSync(indexes).find((name) => name.endsWith('.new'));
  }
  // No file takes the name of a folder.
  const taken = join(indexes, draft.slice(0, -'.new'.length));
  mkdirSync(taken);
  expect(await writing).toBe('backup_unavailable');
  const [known] = await world.backups.list();
  expect(world.files()).toEqual([join(world.folder, 'backups', known?.file ?? '')]);
  await verifyBackup({ path: world.files()[0] ?? '', opener: openerOf(seed) });
  rmSync(taken, { recursive: true });
  await world.restarted().settle();
  expect(readdirSync(indexes)).toEqual([`${known?.id}.fhbi`]);
});

test('the log says which files the sidecar wrote', async () => {
  const world = await backupWorld();
  const { key } = testRecipient();
  const whole = await world.backups.create(key, backupRequest());
  const next = await world.backups.create(key, backupRequest(), whole.id);
  const records = (await world.log.records(0, 10)).map(({ record }) => record);
  const told = (backup: typeof whole) => {
    const sha256 = createHash('sha256')
      .update(readFileSync(join(world.folder, 'backups', backup.file)))
      .digest('base64url');
    return { backup: backup.id, sha256, backupStateRoot: backup.stateRoot };
  };
  expect(records.filter(({ operation }) => operation === 'backup.written')).toMatchObject([
    { outcome: 'ok', details: told(whole) },
    { outcome: 'ok', details: { ...told(next), base: whole.id } },
  ]);
});

test('memory does not grow with the store', async () => {
  const world = await backupWorld();
  const text = 'x'.repeat(16_384);
  for (let batch = 0; batch < 16; batch++) {
    await world.keystore.documents.change((changes) => {
      for (let i = 0; i < 500; i++) changes.put('note', `${batch}-${i}`, { text });
    });
  }
  const { key, seed } = testRecipient();
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 5);
  onTestFinished(() => clearInterval(sampling));
  const before = process.memoryUsage().rss;
  const { sizeBytes } = await world.backups.create(key, backupRequest());
  const [path = ''] = world.files();
  await verifyBackup({ path, opener: openerOf(seed) });
  expect(sizeBytes).toBeGreaterThan(120 * 1024 * 1024);
  console.log(`backup of ${sizeBytes >> 20} MiB: at most ${(peak - before) >> 20} MiB more`);
  expect(peak - before).toBeLessThan(100 * 1024 * 1024);
});
