import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createKeyFileProvider } from './key-file.ts';
import { testFolders } from './test-folder.ts';

async function obtain(path: string, stateFolder: string, storeExists = false) {
  return await createKeyFileProvider({ path, stateFolder, storeExists: () => storeExists }).obtain();
}

function refused(detail: string | RegExp) {
  return { code: 'config_invalid', detail: expect.stringMatching(detail) };
}

describe('the root key file', () => {
  test('is made once, 0600 in a folder 0700 outside of the state folder, with a notice', async () => {
    const { root, state } = testFolders();
    const path = join(root, 'new/deep/root.key');
    const umask = process.umask(0);
    const made = await obtain(path, state).finally(() => process.umask(umask));
    expect(made.created).toBe(true);
    expect(made.notice).toContain(path);
    expect(made.notice).toMatch(/without it every key is lost/);
    expect(made.rootKey.length).toBe(32);
    expect(readFileSync(path)).toEqual(made.rootKey.bytes);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, 'new/deep')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(root, 'new/deep'))).toEqual(['root.key']);
    expect(readdirSync(state)).toEqual([]);

    const kept = await obtain(path, state, true);
    expect(kept).toMatchObject({ created: false });
    expect(kept.notice).toBeUndefined();
    expect(kept.rootKey.bytes).toEqual(made.rootKey.bytes);
    const other = await obtain(join(root, 'other.key'), state);
    expect(other.rootKey.bytes).not.toEqual(made.rootKey.bytes);
  });

  test('is refused inside the state folder, by whatever way it leads there', async () => {
    const { root, state, config } = testFolders();
    symlinkSync(state, join(root, 'link'));
    symlinkSync(join(state, 'elsewhere.key'), join(config, 'root.key'));
    const inside = [join(state, 'root.key'), join(state, 'deep/root.key'), join(state, '..root.key'), state];
    inside.push(join(root, 'link/root.key'), `${config}/../state/root.key`, `${state}/./root.key`);
    for (const path of inside) {
      await expect(obtain(path, state), path).rejects.toMatchObject(refused('inside the state folder'));
      await expect(obtain(path, join(root, 'link')), path).rejects.toMatchObject(refused('inside the state folder'));
    }
    await expect(obtain(join(config, 'root.key'), state)).rejects.toMatchObject(refused('symbolic link'));
    expect(readdirSync(state)).toEqual([]);
    // A neighbour whose name begins alike is not inside.
    expect((await obtain(join(root, 'state-key/root.key'), state)).created).toBe(true);
  });

  test('is never made anew for a store that exists', async () => {
    const { state, config } = testFolders();
    const path = join(config, 'root.key');
    await expect(obtain(path, state, true)).rejects.toMatchObject(refused('missing, but the keystore exists'));
    expect(existsSync(path)).toBe(false);
  });

  test('is refused when it is short, long or empty', async () => {
    const { state, config } = testFolders();
    const path = join(config, 'root.key');
    for (const [size, detail] of [
      [0, 'has 0 bytes, needs 32'],
      [31, 'has 31 bytes, needs 32'],
      [33, 'more than 32 bytes'],
    ] as const) {
      writeFileSync(path, Buffer.alloc(size, 1), { mode: 0o600 });
      await expect(obtain(path, state)).rejects.toMatchObject(refused(detail));
    }
  });

  test('is refused when others can reach it, or when it is no plain file', async () => {
    const { state, config } = testFolders();
    const path = join(config, 'root.key');
    await obtain(path, state);
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      chmodSync(path, mode);
      const shown = `mode 0${mode.toString(8)}, needs 0600`;
      await expect(obtain(path, state)).rejects.toMatchObject(refused(shown));
    }
    chmodSync(path, 0o400);
    chmodSync(config, 0o750);
    await expect(obtain(path, state)).rejects.toMatchObject(refused('folder of the root key file has mode 0750'));
    await expect(obtain(join(config, 'new.key'), state)).rejects.toMatchObject(refused('has mode 0750'));
    expect(readdirSync(config)).toEqual(['root.key']);
    chmodSync(config, 0o700);
    expect((await obtain(path, state)).created).toBe(false);
    symlinkSync(path, join(config, 'link.key'));
    await expect(obtain(join(config, 'link.key'), state)).rejects.toMatchObject(refused('symbolic link'));
    execFileSync('mkfifo', ['-m', '600', join(config, 'fifo.key')]);
    await expect(obtain(join(config, 'fifo.key'), state)).rejects.toMatchObject(refused('not a plain file'));
  });

  test.runIf(process.getuid?.() === 0)('is refused when it belongs to another user', async () => {
    const { state, config } = testFolders();
    const path = join(config, 'root.key');
    await obtain(path, state);
    chownSync(path, 12_345, 12_345);
    await expect(obtain(path, state)).rejects.toMatchObject(refused('belongs to uid 12345'));
  });
});
