import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createConfigFile, readConfigFile } from './config-file.ts';

const uid = process.getuid?.() ?? 0;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

test('a file is created once, private and whole, and nothing else is left in its folder', () => {
  const path = join(folder, 'a/b/c.json');
  expect(readConfigFile(path, uid)).toBeUndefined();
  expect(createConfigFile(path, 'first é')).toBe(true);
  expect(createConfigFile(path, 'second')).toBe(false);
  expect(readFileSync(path, 'utf8')).toBe('first é');
  expect(readConfigFile(path, uid)).toBe('first é');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  for (const made of ['a', 'a/b']) expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['c.json']);
});

test('a link leads to the file, one to nowhere is no file to be replaced', () => {
  createConfigFile(join(folder, 'real'), 'text');
  symlinkSync('real', join(folder, 'link'));
  expect(readConfigFile(join(folder, 'link'), uid)).toBe('text');
  symlinkSync('nothing', join(folder, 'dangling'));
  expect(createConfigFile(join(folder, 'dangling'), 'text')).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(['dangling', 'link', 'real']);
});

test.runIf(process.platform === 'linux')('a folder that cannot be made is a refusal, not an endless attempt', () => {
  expect(() => createConfigFile('/proc/none/ferrohsm/policy.cedar', '')).toThrow(
    'configuration folder cannot be created',
  );
});
