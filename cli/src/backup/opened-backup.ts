import type { BackupPlace } from '@ferrohsm/sidecar';
import type { Command } from 'commander';
import { unreadable } from '../input.ts';
import { repeated } from '../option-values.ts';
import { ProgressBar } from '../progress-bar.ts';
import { addOpenerOptions, disposeOpener, type OpenerOptions, readOpener } from './opener.ts';

export interface BackupOptions extends OpenerOptions {
  readonly base?: readonly string[];
}

export function addBackupOptions(command: Command): Command {
  const what = 'what an increment continues: a file, or a folder (default: the folder of the increment)';
  return addOpenerOptions(command).option('--base <path>', what, repeated);
}

/** Works with a backup that the options open, with a bar on the terminal. */
export async function withBackup<Result>(
  path: string,
  options: BackupOptions,
  label: string,
  work: (place: BackupPlace) => Promise<Result>,
): Promise<Result> {
  const opener = await readOpener(options);
  const bar = new ProgressBar(label);
  try {
    return await work({ path, bases: options.base, opener, onProgress: (done, total) => bar.show(done, total) });
  } catch (error) {
    const missing = [path, ...(options.base ?? [])].find((file) => isMissing(error, file));
    throw missing === undefined ? error : unreadable(missing, error);
  } finally {
    bar.end();
    disposeOpener(opener);
  }
}

function isMissing(error: unknown, path: string): boolean {
  return error instanceof Error && 'path' in error && error.path === path;
}
