import { chmodSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argon2id } from '@noble/hashes/argon2.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { beforeEach, expect, test } from 'vitest';
import { createSealing } from '../crypto/sealing.ts';
import type { Secret } from '../secret.ts';
import { createPassphraseProvider } from './passphrase.ts';
import type { RootKeyProvider } from './provider.ts';
import { testFolders } from './test-folder.ts';

/** The least that a parameters file may ask for. */
const cost = Object.freeze({ memoryKib: 8 * 1024, passes: 1, parallelism: 1 });
const [before, after] = ['correct horse battery staple', 'purple monkey dishwasher'];

let path: string;
let parametersPath: string;
beforeEach(() => {
  const { config } = testFolders();
  path = join(config, 'passphrase');
  parametersPath = join(config, 'passphrase.json');
});

const write = (file: string, text: string) => writeFileSync(file, text, { mode: 0o600 });
const hexOf = (secret: Secret | undefined) => secret?.bytes.toString('hex');
const presentOf = async (provider: RootKeyProvider) => hexOf((await provider.obtain()).rootKey);

function passphrase(source: { path: string } | { descriptor: number } = { path }): RootKeyProvider {
  const storeExists = () => existsSync(parametersPath);
  return createPassphraseProvider({ source, parametersPath, derivation: createSealing(), storeExists, cost });
}

/** A passphrase in force and another one that was prepared, with the root keys of both. */
async function prepared() {
  write(path, before);
  const provider = passphrase();
  const first = await presentOf(provider);
  write(`${path}.next`, `${after}\n`);
  const next = hexOf(await provider.succession.prepare());
  expect(next).not.toBe(first);
  return { provider, first, next };
}

/** By a second implementation. */
function derived(phrase: string): string {
  const { salt } = JSON.parse(readFileSync(parametersPath, 'utf8')) as { salt: string };
  const bytes = Buffer.from(salt, 'base64url');
  const stretched = argon2id(Buffer.from(phrase), bytes, { m: cost.memoryKib, t: 1, p: 1, dkLen: 32 });
  const info = Buffer.from('ferrohsm/passphrase/root-key/v1');
  return Buffer.from(hkdf(sha256, stretched, bytes, info, 32)).toString('hex');
}

async function expectInForce(next: string | undefined): Promise<void> {
  expect(await presentOf(passphrase())).toBe(next);
  expect(derived(after)).toBe(next);
  expect(readFileSync(path, 'utf8')).toBe(`${after}\n`);
  for (const file of [path, parametersPath]) expect(existsSync(`${file}.next`), file).toBe(false);
}

test('a passphrase waits beside the present one with parameters of its own, and takes its place once', async () => {
  const { provider, first, next } = await prepared();
  expect(statSync(`${parametersPath}.next`).mode & 0o777).toBe(0o600);
  expect(hexOf(await provider.succession.prepare())).toBe(next);
  expect([await presentOf(provider), hexOf(await provider.obtainNext())]).toEqual([first, next]);
  expect(provider.succession.commit()).toMatch('copy the parameters');
  await expectInForce(next);
  expect(await provider.obtainNext()).toBeUndefined();
  provider.succession.commit();
  await expectInForce(next);
  write(path, before);
  await expect(passphrase().obtain()).rejects.toMatchObject({ detail: 'the passphrase is wrong' });
});

test('a crash at any point of the exchange leaves the one in force, or ends at the next start', async () => {
  const points: (readonly [string, () => void])[] = [
    ['the parameters have their name', () => undefined],
    ['the old passphrase is overwritten', () => write(path, '\0'.repeat(before.length))],
    ['the old passphrase is removed', () => rmSync(path)],
  ];
  for (const [at, crash] of points) {
    const { next } = await prepared();
    renameSync(`${parametersPath}.next`, parametersPath);
    crash();
    expect(await presentOf(passphrase()), at).toBe(next);
    await expectInForce(next);
    rmSync(parametersPath);
  }
});

test('a passphrase that was written and not used yet changes nothing, whatever becomes of the present one', async () => {
  const { first } = await prepared();
  expect(await presentOf(passphrase())).toBe(first);
  rmSync(path);
  await expect(passphrase().obtain()).rejects.toMatchObject({ detail: 'passphrase file is missing' });
  rmSync(`${parametersPath}.next`);
  await expect(passphrase().obtain()).rejects.toMatchObject({ detail: 'passphrase file is missing' });
  expect(existsSync(`${path}.next`)).toBe(true);
});

test('another passphrase may be written as long as the store is under the present one', async () => {
  const { provider, next } = await prepared();
  write(`${path}.next`, 'something else altogether');
  await expect(provider.obtainNext()).rejects.toMatchObject({ detail: expect.stringContaining('was prepared') });
  const other = hexOf(await provider.succession.prepare());
  expect(other).not.toBe(next);
  expect(hexOf(await provider.obtainNext())).toBe(other);
});

test('one that was edited since it was prepared takes no place', async () => {
  const { provider, first } = await prepared();
  write(`${path}.next`, 'something else altogether');
  expect(() => provider.succession.commit()).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  expect(readFileSync(path, 'utf8')).toBe(before);
  expect(await presentOf(provider)).toBe(first);
});

test('none, the present one, a short one and one that others can read are refused', async () => {
  write(path, before);
  const provider = passphrase();
  await provider.obtain();
  const refused = (code: string, detail: string) => ({ code, detail: expect.stringContaining(detail) });
  const prepare = () => provider.succession.prepare();
  await expect(prepare()).rejects.toMatchObject(refused('root_key_unprepared', 'write the new passphrase'));
  write(`${path}.next`, `${before}\n`);
  await expect(prepare()).rejects.toMatchObject(refused('root_key_unprepared', 'is the present one'));
  write(`${path}.next`, '11 bytes ..');
  await expect(prepare()).rejects.toMatchObject(refused('config_invalid', 'at least 12 bytes'));
  write(`${path}.next`, after);
  chmodSync(`${path}.next`, 0o644);
  await expect(prepare()).rejects.toMatchObject(refused('config_invalid', 'mode 0644'));
  expect(existsSync(`${parametersPath}.next`)).toBe(false);
});

test('from a descriptor it cannot be changed, and the refusal says how it can', async () => {
  write(path, before);
  const provider = passphrase({ descriptor: openSync(path, 'r') });
  await provider.obtain();
  write(`${path}.next`, after);
  await expect(provider.succession.prepare()).rejects.toMatchObject({
    code: 'not_supported',
    detail: expect.stringContaining('--passphrase-file'),
  });
  expect(await provider.obtainNext()).toBeUndefined();
});
