import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogSource } from '@ferrohsm/sdk/node';
import { CliError, systemCode } from './errors.ts';

const absent: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

/** The files of a log in a folder (C2SP tlog-tiles). */
export function logFolder(folder: string): LogSource {
  return {
    async read(path) {
      try {
        return await readFile(join(folder, path));
      } catch (error) {
        if (absent.has(systemCode(error))) return undefined;
        throw new CliError(
          66,
          `cannot read ${path} of the log (${systemCode(error) ?? 'unknown reason'})`,
          'check permissions',
        );
      }
    },
  };
}
