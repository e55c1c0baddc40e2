import { createPublicKey, createVerify } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { p256 } from '@noble/curves/nist.js';
import { beforeEach, describe, expect, test } from 'vitest';
import type { KeyRecord } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { filesBelow, testFolder } from '../keystore/test-store.ts';
import { reconcile } from '../log/state-record.ts';
import { Secret } from '../secret.ts';
import { type RestoreOptions, rehearseBackup, restoreBackup, verifyBackup } from './backup-restore.ts';
import { type BackupWorld, backupRequest, backupWorld, storedKey, testRecipient } from './test-backup-world.ts';
import { openRestored } from './test-restored.ts';

const { key, seed } = testRecipient();
let world: BackupWorld;
let path: string;
/** The last of the log before the backup. */
let checkpoint: string;
let first: KeyRecord;

beforeEach(async () => {
  world = await backupWorld();
  first = await storedKey(world.keystore, 'a');
  await storedKey(world.keystore, 'b');
  await world.keystore.documents.change((changes) => changes.put('note', 'n', { text: 'a' }));
  await world.keystore.documents.change((changes) => changes.put('open-approvals', 'alice', { requests: {} }));
  checkpoint = await world.log.checkpoint();
  await world.backups.create(key, backupRequest());
  [path = ''] = world.files();
});

function optionsFor(change: Partial<RestoreOptions> = {}): RestoreOptions {
  const folder = testFolder();
  return {
    path,
    opener: { seed: Secret.copy(seed) },
    stateFolder: join(folder, 'state'),
    configFolder: join(folder, 'config'),
    rootKey: { kind: 'key-file', path: join(folder, 'config/root.key') },
    destroyed: [],
    onNotice: () => undefined,
    ...change,
  };
}

/** Whether the secret of a key still fits the public key that was known before, by two other implementations. */
async function signs(keystore: Keystore, { id, versions }: KeyRecord): Promise<boolean> {
  const unsealed = await keystore.unseal(id, 1);
  using secret = unsealed.secret;
  const message = Buffer.from(id);
  const signature = p256.sign(message, secret.bytes, { format: 'der' });
  const publicKey = createPublicKey({
    key: Buffer.from(versions[0].publicKey?.data ?? []),
    format: 'der',
    type: 'spki',
  });
  return createVerify('sha256').update(message).verify(publicKey, signature);
}

describe('a restored store', () => {
  test('has every key and document under another root key, and a log that names the old one', async () => {
    const options = optionsFor();
    expect(await restoreBackup(options)).toMatchObject({ keys: 2, destroyedVersions: 0 });
    const { keystore, log, found } = await openRestored(options);
    expect(await keystore.get('a')).toEqual(first);
    expect(await keystore.count()).toBe(2);
    // An approval that was open then may have been used up since.
    expect(await world.keystore.documents.get('open-approvals', 'alice')).toBeDefined();
    expect(await keystore.documents.get('open-approvals', 'alice')).toBeUndefined();
    expect(await keystore.documents.get('note', 'n')).toEqual({ text: 'a' });
    for (const record of await keystore.list({ limit: 10 })) expect(await signs(keystore, record)).toBe(true);
    expect(await keystore.documents.list('backup', { limit: 10 })).toEqual(
      (await world.backups.list()).map((backup) => ({ id: backup.id, value: backup })),
    );
    expect(await keystore.generation()).toEqual({ present: 1 });
    await keystore.verify();

    expect(log.origin).not.toBe(world.log.origin);
    expect(log.verifierKeys).not.toEqual(world.log.verifierKeys);
    const [opening] = await log.records(0, 10);
    const [origin, size, root] = checkpoint.split('\n');
    expect(opening?.record).toMatchObject({
      operation: 'log.open',
      details: { earlierOrigin: origin, earlierSize: Number(size), earlierRoot: root, hasLog: true, ...found },
    });
    // The first start takes it for what the log says it is.
    await reconcile(log, keystore, { found, sessionKeyAudit: 'durable' });
    expect(readFileSync((options.rootKey as { path: string }).path).equals(world.rootKey)).toBe(false);
  });

  test('does not bring back what the log says is destroyed, nor any trace of it', async () => {
    const { keystore } = world;
    const options = optionsFor({ destroyed: [{ keyId: first.id, version: 1 }] });
    expect(await restoreBackup(options)).toMatchObject({ keys: 2, destroyedVersions: 1 });
    const unsealed = await keystore.unseal(first.id, 1);
    using secret = unsealed.secret;
    const restored = await openRestored(options);
    expect((await restored.keystore.get('a'))?.versions).toMatchObject([
      { version: 1, state: 'destroyed', reason: 'destroyed after the backup' },
    ]);
    await expect(restored.keystore.unseal(first.id, 1)).rejects.toMatchObject({ code: 'not_found' });
    await restored.keystore.verify();
    // A certificate of its own is due in the new log.
    expect((await restored.keystore.due(Date.now(), 10)).map(({ id }) => id)).toEqual([first.id]);
    for (const file of filesBelow(options.stateFolder)) expect(readFileSync(file).includes(secret.bytes)).toBe(false);
  });

  test('never replaces a store', async () => {
    const options = optionsFor();
    await restoreBackup(options);
    const again = { ...options, rootKey: { kind: 'key-file', path: join(testFolder(), 'root.key') } } as const;
    await expect(restoreBackup(again)).rejects.toMatchObject({ code: 'config_invalid' });
    expect((await (await openRestored(options)).keystore.get('a'))?.id).toBe(first.id);
  });

  test('is made anew over what an interrupted restore left', async () => {
    const options = optionsFor();
    mkdirSync(`${options.stateFolder}.restoring/keystore`, { recursive: true, mode: 0o700 });
    writeFileSync(`${options.stateFolder}.restoring/keystore/keystore.db`, 'half of one', { mode: 0o600 });
    await restoreBackup(options);
    expect(existsSync(`${options.stateFolder}.restoring`)).toBe(false);
    expect((await (await openRestored(options)).keystore.get('a'))?.id).toBe(first.id);
  });
});

/** Writes a changed copy and answers its path. */
function changed(content: Buffer): string {
  const copy = join(testFolder(), 'changed.fhbk');
  writeFileSync(copy, content);
  return copy;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );
}

describe('a backup is refused', () => {
  const verify = (content: Buffer) =>
    codeOf(verifyBackup({ path: changed(content), opener: { seed: Secret.copy(seed) } }));

  test('cut, extended, or with its chunks in another order', async () => {
    for (let i = 0; i < 300; i++) await storedKey(world.keystore, `more-${i}`);
    await world.backups.create(key, backupRequest());
    const content = readFileSync(world.files().find((file) => file !== path) ?? '');
    const front = content.readUInt32BE(5) + 9 + 32;
    const sealed = 65_536 + 16;
    expect(content.length).toBeGreaterThan(front + 3 * sealed);
    expect(await verify(content)).toBe('ok');
    const chunk = (number: number) => content.subarray(front + number * sealed, front + (number + 1) * sealed);
    const rest = content.subarray(front + 2 * sealed);
    const head = content.subarray(0, front);
    expect(await verify(Buffer.concat([head, chunk(1), chunk(0), rest]))).toBe('data_invalid');
    expect(await verify(Buffer.concat([head, chunk(0), chunk(0), rest]))).toBe('data_invalid');
    expect(await verify(Buffer.concat([head, chunk(0), rest]))).toBe('data_invalid');
    for (const end of [content.length - 1, front + 2 * sealed, front + sealed, front, front - 1, 9, 8, 0]) {
      expect(await verify(content.subarray(0, end))).toBe('data_invalid');
    }
    for (const more of [Buffer.alloc(1), chunk(0), content]) {
      expect(await verify(Buffer.concat([content, more]))).toBe('data_invalid');
    }
  });

  test('that was put in the place of the one that people were asked about, and leaves nothing behind', async () => {
    await storedKey(world.keystore, 'c');
    await world.backups.create(key, backupRequest());
    const other = world.files().find((file) => file !== path) ?? '';
    const asked = join(testFolder(), 'asked.fhbk');
    copyFileSync(path, asked);
    const heard: string[] = [];
    const options = optionsFor({
      path: asked,
      onNotice: (notice) => {
        heard.push(notice);
        copyFileSync(other, asked);
      },
    });
    await expect(restoreBackup(options)).rejects.toMatchObject({ code: 'data_invalid' });
    expect(heard[0]).toContain('restored without the consent');
    for (const left of [options.stateFolder, `${options.stateFolder}.restoring`]) expect(existsSync(left)).toBe(false);
  });

  test('for another recipient, a passphrase, or the key of another algorithm, and leaves nothing behind', async () => {
    const openers = [
      { seed: Secret.take(Buffer.alloc(32, 1)) },
      { seed: Secret.take(Buffer.alloc(64, 1)) },
      { passphrase: Secret.take(Buffer.from('a passphrase of some length')) },
    ];
    for (const opener of openers) {
      expect(await codeOf(verifyBackup({ path, opener }))).toBe('data_invalid');
      expect(await codeOf(rehearseBackup({ path, opener }))).toBe('data_invalid');
      const options = optionsFor({ opener });
      expect(await codeOf(restoreBackup(options))).toBe('data_invalid');
      for (const left of [options.stateFolder, `${options.stateFolder}.restoring`, options.configFolder]) {
        expect(existsSync(left)).toBe(false);
      }
    }
  });
});
