import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readSettings, settingsPath, writeSettings } from './settings-file.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-settings-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('are kept beside the profiles, for their owner alone', () => {
  writeSettings({ theme: 'light' });
  expect(settingsPath()).toBe(join(folder, 'ferrohsm', 'top.json'));
  expect(statSync(settingsPath()).mode & 0o777).toBe(0o600);
  expect(readSettings()).toEqual({ theme: 'light' });
});

test.each(['{', '[]', 'null', '{"theme":"pink"}', '{"theme":["light"]}'])('%s counts as none', (text) => {
  writeSettings({ theme: 'light' });
  writeFileSync(settingsPath(), text);
  expect(readSettings()).toEqual({ theme: 'dark' });
});

test('what cannot be written is said', () => {
  expect(() => writeSettings({ theme: 'light' }, '/dev/null/top.json')).toThrow(
    expect.objectContaining({ exitStatus: 73 }),
  );
});
