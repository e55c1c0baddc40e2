import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createKeyFileProvider } from './key-file.ts';
import type { RootKeySuccession } from './provider.ts';
import { testFolders } from './test-folder.ts';

function keyFile() {
  const { config, state } = testFolders();
  const path = join(config, 'root.key');
  const provider = createKeyFileProvider({
    path,
    stateFolder: state,
    storeExists: () => existsSync(path),
  });
  return { path, provider, succession: provider.succession as RootKeySuccession };
}

test('a successor waits beside the key, and takes its place once', async () => {
  const { path, provider, succession } = keyFile();
  const first = (await provider.obtain()).rootKey.bytes.toString('hex');
  const next = succession.prepare().bytes.toString('hex');
  expect(next).not.toBe(first);
  expect(succession.prepare().bytes.toString('hex')).toBe(next);
  const both = await provider.obtain();
  expect([both.rootKey.bytes.toString('hex'), both.next?.bytes.toString('hex')]).toEqual([first, next]);
  succession.commit();
  expect(readFileSync(path).toString('hex')).toBe(next);
  expect(existsSync(`${path}.next`)).toBe(false);
  succession.commit();
  const after = await provider.obtain();
  expect([after.rootKey.bytes.toString('hex'), after.next]).toEqual([next, undefined]);
});

test('a crash while the successor takes its place leaves it in its place at the next start', async () => {
  const { path, provider, succession } = keyFile();
  await provider.obtain();
  const next = succession.prepare().bytes.toString('hex');
  // The old key is erased right before the new one gets its name.
  rmSync(path);
  expect((await provider.obtain()).rootKey.bytes.toString('hex')).toBe(next);
  expect(existsSync(`${path}.next`)).toBe(false);
});

test('a successor of another length is refused', async () => {
  const { path, provider } = keyFile();
  await provider.obtain();
  writeFileSync(`${path}.next`, Buffer.alloc(31), { mode: 0o600 });
  await expect(provider.obtain()).rejects.toMatchObject({ code: 'config_invalid' });
});
