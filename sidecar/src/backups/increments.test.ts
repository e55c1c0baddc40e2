import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createChunkCipher } from '../crypto/chunk-cipher.ts';
import { createCryptoProvider } from '../crypto/crypto-provider.ts';
import { createSealing } from '../crypto/sealing.ts';
import type { Backup, KeyRecord } from '../generated/types.ts';
import { moveVersions } from '../keystore/key-moves.ts';
import { filesBelow, testFolder } from '../keystore/test-store.ts';
import { finishTurnover } from '../keystore/test-turnover.ts';
import { Secret } from '../secret.ts';
import { BackupDraft } from './backup-draft.ts';
import { readBackup, readBackupHeader } from './backup-file.ts';
import { encapsulateFor } from './backup-recipients.ts';
import { rehearseBackup, restoreBackup, verifyBackup } from './backup-restore.ts';
import { type BackupWorld, backupRequest, backupWorld, storedKey, testRecipient } from './test-backup-world.ts';
import { openRestored } from './test-restored.ts';

const { key, seed } = testRecipient();
let world: BackupWorld;
let whole: Backup;

beforeEach(async () => {
  world = await backupWorld();
  for (let i = 0; i < 20; i++) await storedKey(world.keystore, `key-${i}`);
  await note('old', 'what was');
  whole = await backUp();
});

async function backUp(since?: string): Promise<Backup> {
  return await world.backups.create(key, backupRequest(), since);
}

async function note(id: string, text: string): Promise<void> {
  await world.keystore.documents.change((changes) => changes.put('note', id, { text }));
}

function pathOf({ file }: Backup): string {
  return join(world.folder, 'backups', file);
}

function placeOf(backup: Backup, bases: readonly string[] = []) {
  return { path: pathOf(backup), bases, opener: { seed: Secret.copy(seed) } };
}

async function pathsIn(backup: Backup): Promise<string[]> {
  const paths: string[] = [];
  await readBackup(placeOf(backup), (rows) => {
    for (const { path } of rows) paths.push(path);
  });
  return paths;
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'ok',
    (error: Error) => error.message,
  );
}

/** Restores without any log of before, and answers the folders. */
async function restored(backup: Backup, bases: readonly string[] = []) {
  const folder = testFolder();
  const options = {
    ...placeOf(backup, bases),
    stateFolder: join(folder, 'state'),
    configFolder: join(folder, 'config'),
    rootKey: { kind: 'key-file', path: join(folder, 'config/root.key') },
    onNotice: () => undefined,
  } as const;
  await restoreBackup(options);
  return { options, state: await openRestored(options) };
}

/** What somebody without any secret of the sidecar writes: it takes the counts of a key away, and is called like another. */
async function forgedIncrement(of: Backup, removed: string): Promise<string> {
  const crypto = createCryptoProvider();
  try {
    const { recipient, encapsulated, shared } = await encapsulateFor(crypto, key);
    using _shared = shared;
    const { base: _, ...header } = await readBackupHeader(pathOf(of));
    const base = { id: of.id, sha256: of.sha256, stateRoot: of.stateRoot };
    const path = join(world.folder, 'backups', 'forged.fhbk');
    const content = { derive: createSealing().derive, chunkCipher: createChunkCipher };
    const forged = { ...header, id: 'backup_FORGED', base, recipient, encapsulated };
    await using draft = await BackupDraft.begin(path, forged, shared, content);
    await draft.write({ removed });
    await draft.finish();
    await draft.keep();
    return path;
  } finally {
    await crypto.close();
  }
}

async function destroy(name: string): Promise<KeyRecord | undefined> {
  for (const move of ['deactivate', 'destroy', 'erase'] as const) {
    await world.keystore.revise(name, (record, nowMs) => moveVersions(record, move, { nowMs, destroyAt: nowMs }));
  }
  await world.keystore.beginGeneration();
  await finishTurnover(world.keystore);
  return await world.keystore.get(name);
}

describe('an increment', () => {
  test('holds what has changed, and is the store with what it continues', async () => {
    await note('new', 'what is');
    await world.keystore.rename({ nameOrId: 'key-3', newName: 'renamed', ...backupRequest() });
    const second = await backUp(whole.id);
    expect(second.base).toBe(whole.id);
    expect(second.sizeBytes).toBeLessThan(whole.sizeBytes);
    await world.keystore.documents.change((changes) => changes.delete('note', 'old'));
    await storedKey(world.keystore, 'later');
    const third = await backUp(second.id);

    const read = await verifyBackup(placeOf(third));
    expect(read.continues).toEqual([whole.id, second.id]);
    expect(read.header.base).toEqual({ id: second.id, sha256: second.sha256, stateRoot: second.stateRoot });
    // A note that is gone; beside the new key, what the sidecar notes of its backups.
    expect(read.manifest).toMatchObject({ removed: 1, counts: { key: 1, version: 1, name: 1 } });
    expect((await verifyBackup(placeOf(second))).manifest).toMatchObject({
      removed: 1,
      counts: { key: 1, version: 1, name: 1 },
    });
    expect(await rehearseBackup(placeOf(third))).toMatchObject({ keys: 21 });
    expect(await rehearseBackup(placeOf(second))).toMatchObject({ keys: 20 });
    expect(await rehearseBackup(placeOf(whole))).toMatchObject({ keys: 20, continues: [] });

    const { state } = await restored(third);
    const names = (await state.keystore.list({ limit: 100 })).map(({ name }) => name);
    expect(names).toEqual((await world.keystore.list({ limit: 100 })).map(({ name }) => name));
    expect(await state.keystore.documents.get('note', 'old')).toBeUndefined();
    expect(await state.keystore.documents.get('note', 'new')).toEqual({ text: 'what is' });
    expect((await state.keystore.documents.get<Backup>('backup', third.id))?.base).toBe(second.id);
  });

  test('of a store that did not change has almost nothing', async () => {
    const second = await backUp(whole.id);
    const { manifest } = await verifyBackup(placeOf(second));
    // That there is the one before.
    expect(manifest).toMatchObject({ counts: { document: 1, result: 1 }, rows: 2, removed: 0 });
    expect(await rehearseBackup(placeOf(second))).toMatchObject({ keys: 20 });
  });

  test('continues one that another process wrote, also another way than the newest', async () => {
    await note('new', 'what is');
    const second = await backUp(whole.id);
    world.restarted();
    const again = world.restarted();
    await again.settle();
    await note('newer', 'what is now');
    const [third, aside] = [
      await again.create(key, backupRequest(), second.id),
      await again.create(key, backupRequest(), whole.id),
    ];
    for (const backup of [third, aside]) expect(await rehearseBackup(placeOf(backup))).toMatchObject({ keys: 20 });
  });

  test('after a new key generation has every secret again', async () => {
    await world.keystore.beginGeneration();
    await finishTurnover(world.keystore);
    const second = await backUp(whole.id);
    expect((await verifyBackup(placeOf(second))).manifest.counts).toMatchObject({ version: 20 });
    expect(await rehearseBackup(placeOf(second))).toMatchObject({ keys: 20 });
  });

  test('brings no destroyed key back, whatever its base holds, and leaves no trace of it', async () => {
    const { id = '' } = (await world.keystore.get('key-7')) ?? {};
    const unsealed = await world.keystore.unseal(id, 1);
    using secret = unsealed.secret;
    await destroy('key-7');
    const second = await backUp(whole.id);
    const third = await backUp(second.id);
    for (const backup of [second, third]) {
      const { options, state } = await restored(backup);
      expect((await state.keystore.get('key-7'))?.versions).toMatchObject([{ version: 1, state: 'destroyed' }]);
      await expect(state.keystore.unseal(id, 1)).rejects.toMatchObject({ code: 'not_found' });
      await state.keystore.verify();
      for (const file of filesBelow(options.stateFolder)) expect(readFileSync(file).includes(secret.bytes)).toBe(false);
    }
  });

  test('that continues one with a destroyed key is known to whoever wants that gone', async () => {
    world.setTime(Date.now() + 1_000);
    const second = await backUp(whole.id);
    world.setTime(Date.now() + 2_000);
    const version = (await destroy('key-7'))?.versions[0];
    world.setTime(Date.now() + 3_000);
    const third = await backUp(second.id);
    const fourth = await backUp(third.id);
    await backUp();
    expect(version && (await world.backups.holding(version))).toEqual({
      holding: [whole.id, second.id],
      continuing: [third.id, fourth.id],
    });
  });
});

describe('counts of use', () => {
  test('come back, the newest of them', async () => {
    const ids = (await world.keystore.list({ limit: 3 })).map(({ id }) => `${id}/1`);
    const [first = '', second = '', third = ''] = ids;
    const usage = { uses: 7, bytes: 700, usedAt: 1_000 };
    world.keystore.usage.save(
      new Map([
        [first, usage],
        [second, usage],
      ]),
    );
    const used = await backUp();
    const more = { uses: 9, bytes: 900, usedAt: 2_000 };
    world.keystore.usage.save(
      new Map([
        [second, more],
        [third, usage],
      ]),
    );
    const after = await backUp(used.id);
    expect((await verifyBackup(placeOf(after))).manifest.counts.usage).toBe(2);
    for (const [backup, counts] of [
      [used, [usage, usage, undefined]],
      [after, [usage, more, usage]],
    ] as const) {
      const { state } = await restored(backup);
      expect(ids.map((handle) => state.keystore.usage.load(handle))).toEqual(counts);
      await state.keystore.verify();
    }
  });
});

describe('an increment is refused', () => {
  test('without what it continues, and with what it does not', async () => {
    await note('a', '1');
    const second = await backUp(whole.id);
    await note('b', '2');
    const third = await backUp(second.id);
    const other = await backUp();
    const apart = testFolder();
    for (const backup of [second, third]) renameSync(pathOf(backup), join(apart, backup.file));
    const [wholePath, secondPath, thirdPath] = [pathOf(whole), join(apart, second.file), join(apart, third.file)];
    const verify = (path: string, ...bases: string[]) =>
      refusalOf(verifyBackup({ path, bases, opener: { seed: Secret.copy(seed) } }));

    expect(await verify(thirdPath, wholePath)).toBe('ok');
    expect(await verify(thirdPath, join(world.folder, 'backups'))).toBe('ok');
    expect(await verify(thirdPath)).toContain(`${second.id} continues ${whole.id}, which is missing`);
    expect(await verify(secondPath, wholePath, thirdPath)).toContain(
      `${third.file} is ${third.id}, which ${second.id} does not continue`,
    );
    expect(await verify(wholePath, secondPath)).toContain(`which ${whole.id} does not continue`);
    expect(await verify(thirdPath, wholePath, pathOf(other))).toContain(`${other.id}, which ${third.id} does not`);

    const changed = readFileSync(wholePath);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    const foreign = join(testFolder(), whole.file);
    writeFileSync(foreign, changed);
    expect(await verify(thirdPath, foreign)).toContain(`is not the ${whole.id} that ${second.id} continues`);
    rmSync(secondPath);
    expect(await verify(thirdPath, wholePath)).toContain(`${third.id} continues ${second.id}, which is missing`);
  });

  test('not for a spoilt copy of what it continues that is found beside the good one', async () => {
    const second = await backUp(whole.id);
    const vault = testFolder();
    const content = readFileSync(pathOf(whole));
    writeFileSync(join(vault, whole.file), content.subarray(0, content.length - 9));
    expect((await verifyBackup(placeOf(second, [vault]))).continues).toEqual([whole.id]);
    expect((await verifyBackup(placeOf(second, [join(vault, whole.file)]))).continues).toEqual([whole.id]);
  });

  test('that the sidecar did not write, where its log says which it did', async () => {
    const { id = '' } = (await world.keystore.get('key-1')) ?? {};
    const usage = { uses: 7, bytes: 700, usedAt: 1_000 };
    world.keystore.usage.save(new Map([[`${id}/1`, usage]]));
    const used = await backUp();
    const second = await backUp(used.id);
    const forged = await forgedIncrement(second, `usage/${id}/1`);
    const verify = (path: string, sha256: string | undefined) =>
      refusalOf(verifyBackup({ path, sha256, opener: { seed: Secret.copy(seed) } }));
    expect(await verify(pathOf(second), second.sha256)).toBe('ok');
    // Whoever has the public key can write what opens: nothing but the log tells it apart.
    expect(await verify(forged, undefined)).toBe('ok');
    expect(await verify(forged, second.sha256)).toContain(`, not ${second.sha256}`);
    expect(await verify(pathOf(used), second.sha256)).toContain(`its SHA-256 is ${used.sha256}, not`);
  });

  test('with a changed byte, cut, or extended', async () => {
    await note('a', '1');
    const second = await backUp(whole.id);
    const content = readFileSync(pathOf(second));
    const folder = testFolder();
    mkdirSync(join(folder, 'chain'));
    copyFileSync(pathOf(whole), join(folder, 'chain', whole.file));
    const path = join(folder, 'chain', second.file);
    const verify = async (bytes: Buffer) => {
      writeFileSync(path, bytes);
      return await verifyBackup({ path, opener: { seed: Secret.copy(seed) } }).then(
        () => 'ok',
        (error: { code?: string }) => error.code ?? String(error),
      );
    };
    expect(await verify(content)).toBe('ok');
    const outcomes = new Set<string>();
    // Each byte of such a file: backup.test.ts.
    for (let at = 0; at < content.length; at += 397) {
      const changed = Buffer.from(content);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at);
      outcomes.add(await verify(changed));
    }
    for (const end of [0, 8, 9, 100, content.length - 1]) outcomes.add(await verify(content.subarray(0, end)));
    outcomes.add(await verify(Buffer.concat([content, Buffer.alloc(1)])));
    expect([...outcomes]).toEqual(['data_invalid']);
  }, 120_000);

  test('by the sidecar where it cannot know what has changed', async () => {
    const codeOf = (work: Promise<unknown>) => refusalOf(work).then((message) => message);
    expect(await codeOf(backUp('backup_AAAAAAAAAAAAAAAAAAAAAA'))).toContain('there is no backup_AAAA');
    const { key: another } = testRecipient();
    expect(await codeOf(world.backups.create(another, backupRequest(), whole.id))).toContain('for another key');
    const index = join(world.folder, 'state/backup-indexes', `${whole.id}.fhbi`);
    const content = readFileSync(index);
    for (const at of [0, 20, content.length - 1]) {
      const changed = Buffer.from(content);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      writeFileSync(index, changed);
      expect(await codeOf(backUp(whole.id))).toContain('data is not valid');
    }
    rmSync(index);
    expect(await codeOf(backUp(whole.id))).toContain('not known here any more');
    expect(world.files()).toHaveLength(1);
    expect((await world.backups.list()).map(({ id }) => id)).toEqual([whole.id]);
  });
});

test('an index says nothing of a secret, and few are kept', async () => {
  const folder = join(world.folder, 'state/backup-indexes');
  const { id = '' } = (await world.keystore.get('key-1')) ?? {};
  const unsealed = await world.keystore.unseal(id, 1);
  using secret = unsealed.secret;
  for (const name of readdirSync(folder)) {
    const content = readFileSync(join(folder, name));
    expect(content.includes(secret.bytes)).toBe(false);
    expect(content.includes('key-1')).toBe(false);
  }
  let minutes = 0;
  const later = async (since?: string) => {
    minutes += 1;
    world.setTime(Date.now() + minutes * 60_000);
    return await backUp(since);
  };
  for (let i = 0; i < 3; i++) await later();
  const begun = await later();
  let last = begun;
  // Many increments, one after another or side by side, need not lose the whole backup that they continue.
  for (let i = 0; i < 6; i++) last = await later(i % 2 === 0 ? begun.id : last.id);
  const newest = (await world.backups.list()).slice(-4).map((backup) => `${backup.id}.fhbi`);
  newest.push(`${begun.id}.fhbi`);
  expect(readdirSync(folder).sort()).toEqual(newest.sort());
  // A process that was killed while it wrote leaves nothing.
  writeFileSync(join(folder, 'backup_AAAAAAAAAAAAAAAAAAAAAA.fhbi.new'), 'half of one');
  await world.restarted().settle();
  expect(readdirSync(folder).sort()).toEqual(newest.sort());
  expect(await pathsIn(whole)).toContain('document/note/old');
});
