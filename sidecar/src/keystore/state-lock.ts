import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SidecarError } from '../errors.ts';
import { ensurePrivateFile, ensurePrivateFolder } from '../files/private-file.ts';

/** The exclusive hold on a state folder; it ends with `release` or with the process, however that dies. */
export interface StateLock extends Disposable {
  release(): void;
}

const sqliteBusy = 5;

/**
 * Takes the state folder for this process alone, before store or log is opened. The lock is the kernel's, held by an
 * exclusive SQLite transaction on the file `lock`, so nothing stale outlives a crash. POSIX locks fall when *any*
 * descriptor of that file is closed in the process: nothing else here may open it.
 *
 * @throws SidecarError `state_locked` when another holder has it
 * @example using lock = await lockStateFolder('/var/lib/ferrohsm');
 */
export async function lockStateFolder(folder: string): Promise<StateLock> {
  ensurePrivateFolder(folder, 'state folder');
  const path = join(folder, 'lock');
  ensurePrivateFile(path, 'lock of the state folder');
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw isBusy(error) ? new SidecarError('state_locked') : error;
  }
  const release = () => {
    if (database.isOpen) database.close();
  };
  return { release, [Symbol.dispose]: release };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}
