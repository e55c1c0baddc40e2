import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AttackedSidecar, attack, userId } from './closed-process.ts';

const isLinux = process.platform === 'linux';
if (!isLinux) console.warn('NOTICE: only Linux closes the memory of a process: the tests of that are skipped');
const hasStrace = spawnSync('strace', ['-V']).error === undefined;
if (!hasStrace) console.warn('NOTICE: strace is missing: nobody attaches to the sidecar; apt-get install strace');

const opensMemory = ({ pid }: AttackedSidecar) => attack('dd', `if=/proc/${pid}/mem`, 'bs=1', 'count=0').status === 0;
const attaches = ({ pid }: AttackedSidecar) =>
  / attached$/m.test(attack('timeout', '-s', 'INT', '1', 'strace', '-p', String(pid)).stderr);

async function withSidecar(
  [serveOptions, nodeOptions, shell]: ConstructorParameters<typeof AttackedSidecar>,
  act: (sidecar: AttackedSidecar) => Promise<void> | void,
): Promise<void> {
  const sidecar = new AttackedSidecar(serveOptions, nodeOptions, shell);
  try {
    await sidecar.listening();
    await act(sidecar);
  } finally {
    await sidecar.discard();
  }
}

describe.skipIf(!isLinux)('another process of the same user', () => {
  test('reads no memory, attaches no debugger, gets no core file', () =>
    withSidecar([[], [], 'ulimit -S -c "$(ulimit -H -c)"'], (sidecar) => {
      expect(opensMemory(sidecar)).toBe(false);
      if (hasStrace) expect(attaches(sidecar)).toBe(false);
      expect(statSync(`/proc/${sidecar.pid}/mem`).uid).toBe(0);
      expect(sidecar.file('limits')).toMatch(/^Max core file size +0 +0 /m);
    }));

  test('starts no inspector', () =>
    withSidecar([], async (sidecar) => {
      process.kill(sidecar.pid, 'SIGUSR1');
      await expect.poll(() => sidecar.said).toMatch(/ignored SIGUSR1/);
      expect(sidecar.ports()).toEqual([]);
      expect(sidecar.said).not.toMatch(/Debugger listening/);
    }));

  test('does all that where debugging is allowed, which is said', () =>
    withSidecar([['--allow-debugging'], ['--inspect-port=0']], async (sidecar) => {
      expect(sidecar.said).toMatch(/warning: debugging is allowed/);
      expect(statSync(`/proc/${sidecar.pid}/mem`).uid).toBe(userId);
      expect(opensMemory(sidecar)).toBe(true);
      process.kill(sidecar.pid, 'SIGUSR1');
      await expect.poll(() => sidecar.ports()).toHaveLength(1);
    }));
});
