import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, systemCode } from '../errors.ts';

const fileName = 'checkpoint';
const draftName = 'checkpoint.new';
const forkName = 'fork';

/**
 * The file that holds the latest cosigned checkpoint of one log.
 *
 * @returns undefined when there is none
 * @throws CliError 66
 */
export async function readCheckpointFile(folder: string): Promise<Buffer | undefined> {
  const path = join(folder, fileName);
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new CliError(66, `cannot read ${path} (${systemCode(error) ?? 'unknown reason'})`, 'check permissions');
  }
}

/**
 * Replaces the file. Once this has resolved, no crash brings the old one back; before, either may be there, whole.
 */
export async function replaceCheckpointFile(folder: string, note: string): Promise<void> {
  const draft = join(folder, draftName);
  // A draft that a crash left is not written over: after a failed sync only a new file tells the truth.
  await rm(draft, { force: true });
  await writeNew(draft, note);
  await rename(draft, join(folder, fileName));
  await syncFolder(folder);
}

/**
 * Keeps the first checkpoint that contradicts a cosigned one beside it.
 *
 * @returns path of the file, undefined when there was one before
 */
export async function keepForkFile(folder: string, note: string): Promise<string | undefined> {
  const path = join(folder, forkName);
  try {
    await writeNew(path, note);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  return path;
}

/** Makes the names in a folder durable. */
export function syncFolder(folder: string): Promise<void> {
  return withFile(folder, 'r', (handle) => handle.sync());
}

function writeNew(path: string, content: string): Promise<void> {
  return withFile(path, 'wx', async (file) => {
    await file.writeFile(content);
    await file.sync();
  });
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
