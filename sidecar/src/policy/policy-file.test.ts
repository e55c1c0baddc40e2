import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { defaultPolicy } from './default-policy.ts';
import { loadPolicyFile } from './policy-file.ts';

const uid = process.getuid?.() ?? 0;
let path: string;
let notices: string[];

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-policy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  path = join(folder, 'config/policy.cedar');
  notices = [];
});

async function load(as = uid): Promise<string> {
  return await loadPolicyFile({ path, uid: as, onNotice: (notice) => notices.push(notice) });
}

test('the first start writes the shipped roles, private and whole, and says so', async () => {
  expect(await load()).toBe(defaultPolicy);
  expect(readFileSync(path, 'utf8')).toBe(defaultPolicy);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(path, '..'))).toEqual(['policy.cedar']);
  expect(notices).toHaveLength(1);
  expect(await load()).toBe(defaultPolicy);
  expect(notices).toHaveLength(1);
});

test('an edited file is read as it is, an empty one too', async () => {
  await load();
  for (const text of ['@id("a") permit (principal, action, resource);', '']) {
    writeFileSync(path, text);
    expect(await load()).toBe(text);
  }
});

test('a file that others could write, or that is no plain file, is refused', async () => {
  await load();
  for (const mode of [0o620, 0o602]) {
    chmodSync(path, mode);
    const detail = 'policy.cedar is writable by group or others';
    await expect(load()).rejects.toMatchObject({ code: 'config_invalid', detail });
  }
  const refusal = { code: 'config_invalid', detail: 'policy.cedar is not a plain file' };
  rmSync(path);
  mkdirSync(path, { mode: 0o700 });
  await expect(load()).rejects.toMatchObject(refusal);
  rmSync(path, { recursive: true });
  execFileSync('mkfifo', ['-m', '600', path]);
  await expect(load()).rejects.toMatchObject(refusal);
});

test.runIf(uid === 0)('a file of another user than root or the sidecar is refused', async () => {
  await load();
  chownSync(path, 12_345, 12_345);
  await expect(load()).rejects.toMatchObject({ detail: 'policy.cedar belongs to uid 12345' });
  expect(await load(12_345)).toBe(defaultPolicy);
});
