import type { BackupPlace, ReadBackup } from '@ferrohsm/sidecar';
import { unreadable } from '../input.ts';
import { ProgressBar } from '../progress-bar.ts';
import { disposeOpener, type OpenerOptions, readOpener } from './opener.ts';

/** Works with a backup that the options open, with a bar on the terminal. */
export async function withBackup<Result extends ReadBackup>(
  path: string,
  options: OpenerOptions,
  label: string,
  work: (place: BackupPlace) => Promise<Result>,
): Promise<Result> {
  const opener = await readOpener(options);
  const bar = new ProgressBar(label);
  try {
    return await work({ path, opener, onProgress: (done, total) => bar.show(done, total) });
  } catch (error) {
    throw isMissing(error, path) ? unreadable(path, error) : error;
  } finally {
    bar.end();
    disposeOpener(opener);
  }
}

function isMissing(error: unknown, path: string): boolean {
  return error instanceof Error && 'path' in error && error.path === path;
}
