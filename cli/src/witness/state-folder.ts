import { hash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CliError, systemCode } from '../errors.ts';
import { syncFolder } from './checkpoint-file.ts';

/** What a witness remembers, held by this process alone. It ends with `release`, or with the process however it dies. */
export interface StateFolder {
  /** The folder of one log, made where it is absent. */
  folderOf(origin: string): Promise<string>;
  release(): void;
}

const sqliteBusy = 5;

/** How C2SP tlog-witness names a log in a path: SHA-256 of its origin, in hexadecimal. */
export function originHash(origin: string): string {
  return hash('sha256', origin);
}

/**
 * Opens the folder, made where it is absent. The lock is the kernel's, held by an exclusive SQLite transaction on the
 * file `lock`, so nothing stale outlives a crash.
 *
 * @throws CliError 73 when it cannot be made, 75 when another process holds it
 */
export async function openStateFolder(path: string): Promise<StateFolder> {
  await makeFolder(path);
  const database = openDatabase(join(path, 'lock'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw isBusy(error) ? new CliError(75, `another witness uses ${path}`, 'stop it first') : error;
  }
  return {
    async folderOf(origin) {
      const folder = join(path, originHash(origin));
      await makeFolder(folder);
      return folder;
    },
    release: () => database.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 0 });
  } catch (cause) {
    throw new CliError(73, `cannot open ${path}`, 'check permissions', { cause });
  }
}

/** With its parents, and their names durable: what is written into it later must not vanish with it. */
async function makeFolder(path: string): Promise<void> {
  try {
    const first = await mkdir(path, { recursive: true, mode: 0o700 });
    for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made)) {
      await syncFolder(dirname(made));
    }
  } catch (error) {
    throw new CliError(73, `cannot make ${path} (${systemCode(error) ?? 'unknown reason'})`, 'check permissions');
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}
