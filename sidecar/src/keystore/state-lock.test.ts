import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lockStateFolder } from './state-lock.ts';
import { testFolder } from './test-store.ts';

/** A process of its own that takes the lock, says so in one line and stays. */
async function holder(folder: string): Promise<{ process: ChildProcess; said: string }> {
  const script = `
    const { lockStateFolder } = await import(${JSON.stringify(new URL('state-lock.ts', import.meta.url).href)});
    await lockStateFolder(${JSON.stringify(folder)}).then(
      () => { console.log('held'); setInterval(() => {}, 1_000_000); },
      (error) => console.log(error.code),
    );`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--no-warnings', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [said] = await once(child.stdout, 'data');
  return { process: child, said: String(said).trim() };
}

describe('the lock of a state folder', () => {
  test('has one holder, in this process and in others', async () => {
    const folder = testFolder();
    const lock = await lockStateFolder(folder);
    await expect(lockStateFolder(folder)).rejects.toMatchObject({ code: 'state_locked' });
    expect((await holder(folder)).said).toBe('state_locked');
    // The refused attempts closed their own descriptors of the file, which must not let the lock fall.
    expect((await holder(folder)).said).toBe('state_locked');
    lock.release();
    lock.release();
    using again = await lockStateFolder(folder);
    expect(again).toBeDefined();
  });

  test('falls with its process, however that dies', async () => {
    const folder = testFolder();
    const { process: child, said } = await holder(folder);
    expect(said).toBe('held');
    await expect(lockStateFolder(folder)).rejects.toMatchObject({ code: 'state_locked' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    (await lockStateFolder(folder)).release();
  });

  test('is a private file in a private folder', async () => {
    const folder = join(testFolder(), 'state');
    (await lockStateFolder(folder)).release();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'lock')).mode & 0o777).toBe(0o600);
    chmodSync(folder, 0o750);
    await expect(lockStateFolder(folder)).rejects.toMatchObject({
      code: 'config_invalid',
      detail: 'state folder has mode 0750, needs 0700',
    });
  });
});
