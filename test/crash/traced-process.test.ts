import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '../../sidecar/src/keystore/test-store.ts';
import { RecordedDisk } from './recorded-disk.ts';
import { readRecording } from './traced-process.ts';

const told = String.raw`write(1, "\x68\x69", 2) = 2`;

/** What the trace of these lines says of the greeting `hi`. */
async function greetingIn(lines: readonly string[], withinMs = 200): Promise<number | undefined> {
  const folder = testFolder();
  writeFileSync(join(folder, 'trace'), `${lines.join('\n')}\n`);
  return (await readRecording(join(folder, 'trace'), new RecordedDisk(folder), withinMs)).toldAt('hi');
}

test.each(['7    ', '4284 ', '28461', '4194304'])(
  'a trace of process %j ends with it, however wide its id is',
  async (id) => {
    expect(await greetingIn([`${id} ${told}`, `${id} +++ exited with 0 +++`])).toBe(1);
    expect(await greetingIn([`${id} ${told}`, `${id} +++ killed by SIGKILL +++`])).toBe(1);
  },
);

test('a trace in which only another process ends is an error, and nothing is waited for without an end', async () => {
  const lines = [`428   ${told}`, '4284  +++ exited with 0 +++', '4     +++ exited with 0 +++'];
  await expect(greetingIn(lines)).rejects.toThrow('has no end after 200 ms');
  await expect(greetingIn([''])).rejects.toThrow('has no end after 200 ms');
});
