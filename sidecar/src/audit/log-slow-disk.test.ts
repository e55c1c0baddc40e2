import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type LogFiles, nodeFiles } from './files.ts';
import { entry, openLog, temporaryFolder } from './test-log.ts';

/** Longer than the log waits between two looks at its own files. */
const slowMs = 1500;

test('a new log on a slow disk is not taken for one whose checkpoint was removed', async () => {
  using folder = temporaryFolder();
  const files: LogFiles = {
    ...nodeFiles,
    async rename(from, to) {
      if (to.endsWith('/checkpoint')) await pause(slowMs);
      await nodeFiles.rename(from, to);
    },
  };
  const failures: unknown[] = [];
  const log = await openLog(folder.path, { files, onFailure: (error) => failures.push(error) });
  expect(await log.append(entry(0))).toBe(0);
  expect(failures).toEqual([]);
  await log.close();
});
