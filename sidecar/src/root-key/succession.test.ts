import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Secret } from '../secret.ts';
import { createCommandProvider } from './command.ts';
import { createCredentialProvider } from './credential.ts';
import { createKeyFileProvider } from './key-file.ts';
import type { RootKeyProvider } from './provider.ts';
import { testFolders } from './test-folder.ts';

let config: string;
let state: string;
let path: string;
beforeEach(() => {
  ({ config, state } = testFolders());
  path = join(config, 'root.key');
});

const hexOf = async (secret: Promise<Secret | undefined>) => (await secret)?.bytes.toString('hex');
const presentOf = (provider: RootKeyProvider) => hexOf(provider.obtain().then(({ rootKey }) => rootKey));
const unprepared = (detail: string) => ({ code: 'root_key_unprepared', detail: expect.stringContaining(detail) });

describe('a key file', () => {
  const keyFile = () => createKeyFileProvider({ path, stateFolder: state, storeExists: () => existsSync(path) });

  test('has a successor beside it, which takes its place once', async () => {
    const provider = keyFile();
    const first = await presentOf(provider);
    expect(await provider.obtainNext()).toBeUndefined();
    const next = await hexOf(provider.succession.prepare());
    expect(next).not.toBe(first);
    expect(await hexOf(provider.succession.prepare())).toBe(next);
    expect([await presentOf(provider), await hexOf(provider.obtainNext())]).toEqual([first, next]);
    expect(provider.succession.commit()).toMatch('copy it to a safe place');
    expect(readFileSync(path).toString('hex')).toBe(next);
    expect(existsSync(`${path}.next`)).toBe(false);
    provider.succession.commit();
    expect([await presentOf(provider), await hexOf(provider.obtainNext())]).toEqual([next, undefined]);
  });

  test('is followed at the next start when a crash came right before the successor took its name', async () => {
    const provider = keyFile();
    await provider.obtain();
    const next = await hexOf(provider.succession.prepare());
    // The old key is erased right before the new one gets its name.
    rmSync(path);
    expect(await presentOf(provider)).toBe(next);
    expect(existsSync(`${path}.next`)).toBe(false);
  });

  test('is replaced although its owner may not write to it', async () => {
    const provider = keyFile();
    await provider.obtain();
    chmodSync(path, 0o400);
    const next = await hexOf(provider.succession.prepare());
    provider.succession.commit();
    expect(readFileSync(path).toString('hex')).toBe(next);
  });

  test('never gives its place to another key than the one that was prepared', async () => {
    const provider = keyFile();
    const present = await presentOf(provider);
    await provider.succession.prepare();
    writeFileSync(`${path}.next`, randomBytes(32));
    expect(() => provider.succession.commit()).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    expect(readFileSync(path).toString('hex')).toBe(present);
  });

  test('has no successor of another length', async () => {
    const provider = keyFile();
    await provider.obtain();
    writeFileSync(`${path}.next`, Buffer.alloc(31), { mode: 0o600 });
    await expect(provider.obtainNext()).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(provider.succession.prepare()).rejects.toMatchObject({ code: 'config_invalid' });
  });
});

describe('a credential', () => {
  const write = (name: string, key: Buffer) => writeFileSync(join(config, name), key, { mode: 0o400 });
  const credential = () => createCredentialProvider({ name: 'root.key', folder: config });

  test('is followed by a second one, which the operator gives its name', async () => {
    const [first, next] = [randomBytes(32), randomBytes(32)];
    write('root.key', first);
    const provider = credential();
    expect(await provider.obtainNext()).toBeUndefined();
    await expect(provider.succession.prepare()).rejects.toMatchObject(unprepared('the credential root.key.next'));
    write('root.key.next', next);
    expect(await hexOf(provider.succession.prepare())).toBe(next.toString('hex'));
    expect(provider.succession.commit()).toMatch(/under the credential root\.key\.next: .*give it the name root\.key /);
    // Until the unit was changed both are loaded, and the next one opens.
    expect([await presentOf(provider), await hexOf(provider.obtainNext())]).toEqual([
      first.toString('hex'),
      next.toString('hex'),
    ]);
    renameSync(join(config, 'root.key.next'), join(config, 'root.key'));
    expect([await presentOf(provider), await provider.obtainNext()]).toEqual([next.toString('hex'), undefined]);
  });

  test('is not followed by one that is short, or that others can read', async () => {
    write('root.key', randomBytes(32));
    write('root.key.next', randomBytes(31));
    await expect(credential().succession.prepare()).rejects.toMatchObject({ code: 'config_invalid' });
    rmSync(join(config, 'root.key.next'));
    write('root.key.next', randomBytes(32));
    chmodSync(join(config, 'root.key.next'), 0o444);
    await expect(credential().obtainNext()).rejects.toMatchObject({ code: 'config_invalid' });
  });
});

describe('a program', () => {
  function command(text: string): RootKeyProvider {
    const program = join(config, 'program');
    writeFileSync(program, `#!/bin/sh\n${text}\n`);
    chmodSync(program, 0o700);
    return createCommandProvider({ program, programArguments: [], onNotice: () => undefined });
  }

  test('is asked for the next key by its environment, and only then', async () => {
    const log = join(config, 'asked');
    const provider = command(
      `echo $FERROHSM_ROOT_KEY >> ${log}; case $FERROHSM_ROOT_KEY in present) printf %064d 7;; next) printf %064d 8;; esac`,
    );
    expect(await presentOf(provider)).toBe('7'.padStart(64, '0'));
    expect(readFileSync(log, 'utf8')).toBe('present\n');
    expect(await hexOf(provider.succession.prepare())).toBe('8'.padStart(64, '0'));
    expect(await hexOf(provider.obtainNext())).toBe('8'.padStart(64, '0'));
    expect(readFileSync(log, 'utf8')).toBe('present\nnext\nnext\n');
    expect(provider.succession.commit()).toMatch('give it as the present one');
  });

  test('says by writing nothing that there is no next key; a failure is none', async () => {
    const silent = command('[ $FERROHSM_ROOT_KEY = present ] && printf %064d 7; exit 0');
    expect(await silent.obtainNext()).toBeUndefined();
    await expect(silent.succession.prepare()).rejects.toMatchObject(unprepared('wrote nothing'));
    const failing = command('[ $FERROHSM_ROOT_KEY = present ] && printf %064d 7');
    expect(await presentOf(failing)).toBe('7'.padStart(64, '0'));
    await expect(failing.obtainNext()).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(failing.succession.prepare()).rejects.toMatchObject({ code: 'config_invalid' });
  });
});
