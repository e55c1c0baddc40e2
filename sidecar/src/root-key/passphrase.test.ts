import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, fstatSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argon2id } from '@noble/hashes/argon2.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSealing } from '../crypto/sealing.ts';
import { createPassphraseProvider, type PassphraseOptions } from './passphrase.ts';
import { testFolders } from './test-folder.ts';

/** The least that a parameters file may ask for. */
const cost = Object.freeze({ memoryKib: 8 * 1024, passes: 1, parallelism: 1 });
const phrase = 'correct horse battery staple';

let config: string;
let parametersPath: string;

beforeEach(() => {
  config = testFolders().config;
  parametersPath = join(config, 'passphrase.json');
});

function written(passphrase: string | Buffer): { path: string } {
  const path = join(config, `passphrase-${randomBytes(4).toString('hex')}`);
  writeFileSync(path, passphrase, { mode: 0o600 });
  return { path };
}

async function obtain(passphrase: string | Buffer, change: Partial<PassphraseOptions> = {}) {
  const provider = createPassphraseProvider({
    source: written(passphrase),
    parametersPath,
    derivation: createSealing(),
    storeExists: () => false,
    cost,
    ...change,
  });
  return await provider.obtain();
}

function refused(detail: string) {
  return { code: 'config_invalid', detail: expect.stringContaining(detail) };
}

function stored(): Record<string, unknown> {
  return JSON.parse(readFileSync(parametersPath, 'utf8'));
}

function change(members: Record<string, unknown>): void {
  writeFileSync(parametersPath, JSON.stringify({ ...stored(), ...members }), { mode: 0o600 });
}

describe('the root key from a passphrase', () => {
  test('is what a second Argon2id and HKDF make of the stored parameters', async () => {
    const { rootKey, created, notice } = await obtain(phrase);
    expect(created).toBe(true);
    expect(notice).toContain(parametersPath);
    expect(statSync(parametersPath).mode & 0o777).toBe(0o600);
    const parameters = stored();
    expect(parameters).toMatchObject({ v: 1, kdf: 'argon2id', ...cost });
    const salt = Buffer.from(String(parameters.salt), 'base64url');
    expect(salt).toHaveLength(16);
    const stretched = argon2id(Buffer.from(phrase), salt, { m: cost.memoryKib, t: 1, p: 1, dkLen: 32 });
    const derive = (info: string, length: number) =>
      Buffer.from(hkdf(sha256, stretched, salt, Buffer.from(info), length));
    expect(rootKey.bytes).toEqual(derive('ferrohsm/passphrase/root-key/v1', 32));
    expect(parameters.check).toBe(derive('ferrohsm/passphrase/check/v1', 16).toString('base64url'));
  });

  test('is the same the next time, with the stored cost, and another for other parameters', async () => {
    const made = await obtain(phrase);
    const again = await obtain(phrase, { cost: { ...cost, passes: 2 }, storeExists: () => true });
    expect(again.created).toBe(false);
    expect(again.notice).toBeUndefined();
    expect(again.rootKey.bytes).toEqual(made.rootKey.bytes);
    expect(stored().passes).toBe(1);
    const other = await obtain(phrase, { parametersPath: join(config, 'other.json') });
    expect(other.rootKey.bytes).not.toEqual(made.rootKey.bytes);
  });

  test('drops one line end and no other byte', async () => {
    const made = await obtain(phrase);
    for (const end of ['\n', '\r\n']) {
      expect((await obtain(phrase + end)).rootKey.bytes).toEqual(made.rootKey.bytes);
    }
    for (const other of [`${phrase}\n\n`, ` ${phrase}`, `${phrase} `, `${phrase}\r`, `${phrase}\0`]) {
      await expect(obtain(other)).rejects.toMatchObject(refused('the passphrase is wrong'));
    }
  });

  test('comes from a descriptor, which is closed afterwards', async () => {
    const made = await obtain(phrase);
    const descriptor = openSync(written(`${phrase}\n`).path, 'r');
    const fromDescriptor = await obtain('', { source: { descriptor } });
    expect(fromDescriptor.rootKey.bytes).toEqual(made.rootKey.bytes);
    expect(() => fstatSync(descriptor)).toThrow('EBADF');
    await expect(obtain('', { source: { descriptor } })).rejects.toMatchObject(
      refused(`no passphrase can be read from descriptor ${descriptor}`),
    );
  });
});

describe('refused are', () => {
  test('a wrong passphrase, in constant words', async () => {
    await obtain(phrase);
    for (const wrong of ['correct horse battery stapl', 'x', phrase.toUpperCase()]) {
      const error = await obtain(wrong).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'config_invalid', detail: 'the passphrase is wrong' });
    }
  });

  test('a new passphrase that is short, an empty one and one that is too long', async () => {
    await expect(obtain('11 bytes ..')).rejects.toMatchObject(refused('at least 12 bytes'));
    await expect(obtain('11 bytes ..\n')).rejects.toMatchObject(refused('at least 12 bytes'));
    await expect(obtain('\n')).rejects.toMatchObject(refused('the passphrase is empty'));
    await expect(obtain('')).rejects.toMatchObject(refused('the passphrase is empty'));
    await expect(obtain('a'.repeat(1_025))).rejects.toMatchObject(refused('more than 1024 bytes'));
    expect(existsSync(parametersPath)).toBe(false);
  });

  test('a passphrase file that is missing or that others can read', async () => {
    await expect(obtain('', { source: { path: join(config, 'none') } })).rejects.toMatchObject(refused('is missing'));
    const source = written(phrase);
    chmodSync(source.path, 0o644);
    await expect(obtain('', { source })).rejects.toMatchObject(refused('passphrase file has mode 0644'));
  });

  test('missing parameters of a store that exists', async () => {
    await expect(obtain(phrase, { storeExists: () => true })).rejects.toMatchObject(
      refused('passphrase parameters are missing, but the keystore exists'),
    );
    expect(existsSync(parametersPath)).toBe(false);
  });

  test('a cost that could not be read back', async () => {
    for (const bad of [{ memoryKib: 1024 }, { passes: 101 }, { parallelism: 65 }]) {
      await expect(obtain(phrase, { cost: { ...cost, ...bad } })).rejects.toMatchObject(refused('parameters file'));
      expect(existsSync(parametersPath)).toBe(false);
    }
  });

  test('parameters that were changed', async () => {
    await obtain(phrase);
    const good = readFileSync(parametersPath);
    const flip = (text: unknown) => {
      const bytes = Buffer.from(String(text), 'base64url');
      bytes[0] = bytes.readUInt8(0) ^ 1;
      return bytes.toString('base64url');
    };
    for (const members of [{ passes: 2 }, { memoryKib: 9 * 1024 }, { parallelism: 2 }]) {
      change(members);
      await expect(obtain(phrase), JSON.stringify(members)).rejects.toMatchObject(refused('the passphrase is wrong'));
      writeFileSync(parametersPath, good);
    }
    for (const member of ['salt', 'check']) {
      change({ [member]: flip(stored()[member]) });
      await expect(obtain(phrase), member).rejects.toMatchObject(refused('the passphrase is wrong'));
      writeFileSync(parametersPath, good);
    }
  });

  test('parameters that are malformed or would exhaust the host', async () => {
    await obtain(phrase);
    const good = readFileSync(parametersPath);
    const misfits: Record<string, unknown>[] = [
      { v: 2 },
      { kdf: 'scrypt' },
      { memoryKib: 8 * 1024 - 1 },
      { memoryKib: 4 * 1024 * 1024 + 1 },
      { memoryKib: '8192' },
      { passes: 0 },
      { passes: 1.5 },
      { parallelism: 1e9 },
      { salt: 'AAAA' },
      { salt: null },
      { check: '' },
    ];
    for (const members of misfits) {
      change(members);
      await expect(obtain(phrase), JSON.stringify(members)).rejects.toMatchObject(refused('parameters file'));
      writeFileSync(parametersPath, good);
    }
    for (const text of ['', 'null', '7', '[]', '{', good.toString().slice(0, -10)]) {
      writeFileSync(parametersPath, text);
      await expect(obtain(phrase), text).rejects.toMatchObject(refused('parameters file'));
    }
  });
});
