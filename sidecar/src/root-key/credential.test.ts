import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createCredentialProvider } from './credential.ts';
import { testFolders } from './test-folder.ts';

let folder: string;
beforeEach(() => {
  folder = testFolders().config;
});

const obtain = async (name: string, place: string | undefined = folder) =>
  createCredentialProvider({ name, folder: place }).obtain();

const refused = (detail: string) => ({ code: 'config_invalid', detail: expect.stringContaining(detail) });

describe('the root key credential', () => {
  test('is the file of that name, as systemd leaves it', async () => {
    const key = randomBytes(32);
    writeFileSync(join(folder, 'root.key'), key, { mode: 0o400 });
    chmodSync(folder, 0o500);
    expect((await obtain('root.key')).rootKey.bytes).toEqual(key);
    // The mask of an access control list.
    chmodSync(join(folder, 'root.key'), 0o440);
    expect((await obtain('root.key')).rootKey.bytes).toEqual(key);
    chmodSync(folder, 0o700);
  });

  test('is refused outside of a unit, under another name, and as anything but a private file of 32 bytes', async () => {
    await expect(createCredentialProvider({ name: 'a', folder: undefined }).obtain()).rejects.toMatchObject(
      refused('$CREDENTIALS_DIRECTORY is not set'),
    );
    await expect(obtain('other')).rejects.toMatchObject(refused('loads no credential other'));
    for (const name of ['../root.key', '.', '', 'a/b']) {
      await expect(obtain(name), name).rejects.toMatchObject(refused('no name of a credential'));
    }
    mkdirSync(join(folder, 'folder'), { mode: 0o700 });
    await expect(obtain('folder')).rejects.toMatchObject(refused('not a plain file'));
    writeFileSync(join(folder, 'short'), randomBytes(31), { mode: 0o400 });
    await expect(obtain('short')).rejects.toMatchObject(refused('has 31 bytes'));
    writeFileSync(join(folder, 'long'), randomBytes(33), { mode: 0o400 });
    await expect(obtain('long')).rejects.toMatchObject(refused('more than 32 bytes'));
    symlinkSync(join(folder, 'short'), join(folder, 'link'));
    await expect(obtain('link')).rejects.toMatchObject(refused('cannot be read (ELOOP)'));
  });

  test('is refused when others can read or write it, or enter its folder', async () => {
    writeFileSync(join(folder, 'root.key'), randomBytes(32), { mode: 0o600 });
    for (const mode of [0o604, 0o620, 0o602]) {
      chmodSync(join(folder, 'root.key'), mode);
      await expect(obtain('root.key')).rejects.toMatchObject(refused(`mode 0${mode.toString(8)}`));
    }
    chmodSync(join(folder, 'root.key'), 0o600);
    chmodSync(folder, 0o755);
    await expect(obtain('root.key')).rejects.toMatchObject(refused('its folder has mode 0755'));
  });
});
