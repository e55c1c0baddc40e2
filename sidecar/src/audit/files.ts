import {
  close,
  constants,
  fdatasync,
  fstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { isAbsent } from './refusal.ts';

/** The file functions that the log uses, so that a test can let each call fail. All reject on an error of the system. */
export interface LogFiles {
  open(path: string, flags: number): Promise<number>;
  close(fd: number): Promise<void>;
  /** May write fewer bytes than asked for, without an error. */
  write(fd: number, bytes: Buffer, position: number): Promise<number>;
  writeSync(fd: number, bytes: Buffer, position: number): number;
  /** Data and the metadata needed to read it back are on stable storage. */
  sync(fd: number): Promise<void>;
  read(path: string): Promise<Buffer>;
  /** Names in a folder. */
  list(path: string): Promise<string[]>;
  /** Creates the folder and its parents, mode 0700; answers the first one that it had to create. */
  makeFolder(path: string): Promise<string | undefined>;
  /** Permission bits. */
  mode(path: string): Promise<number>;
  /** Whether the path still leads to the open file: not unlinked, renamed or replaced. */
  isInPlace(fd: number, path: string): Promise<boolean>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a folder with all that is in it; nothing there is no error. */
  remove(path: string): Promise<void>;
}

export const fileMode = 0o600;
export const folderMode = 0o700;

const openFile = promisify(open);
const statFile = promisify(stat);
const statDescriptor = promisify(fstat);

/** The real file system. */
export const nodeFiles: LogFiles = Object.freeze({
  open: (path: string, flags: number) => openFile(path, flags, fileMode),
  close: promisify(close),
  write: (fd: number, bytes: Buffer, position: number) =>
    new Promise<number>((resolve, reject) => {
      write(fd, bytes, 0, bytes.length, position, (error, written) => (error ? reject(error) : resolve(written)));
    }),
  writeSync: (fd: number, bytes: Buffer, position: number) => writeSync(fd, bytes, 0, bytes.length, position),
  sync: promisify(fdatasync),
  read: (path: string) => promisify(readFile)(path),
  list: (path: string) => promisify(readdir)(path),
  makeFolder: (path: string) => promisify(mkdir)(path, { recursive: true, mode: folderMode }),
  mode: async (path: string) => (await statFile(path)).mode & 0o777,
  isInPlace: async (fd: number, path: string) => {
    const [held, named] = await Promise.all([
      statDescriptor(fd, { bigint: true }),
      statFile(path, { bigint: true }).catch(() => undefined),
    ]);
    return held.ino === named?.ino && held.dev === named.dev;
  },
  rename: promisify(rename),
  remove: (path: string) => promisify(rm)(path, { recursive: true, force: true }),
});

/**
 * Flags for a descriptor whose writes return when they are on stable storage. Elsewhere than on Linux O_DSYNC is
 * absent or does not reach the disk, and every write needs its own sync.
 */
export const writesAreDurable = process.platform === 'linux';
export const durableFlag = writesAreDurable ? constants.O_DSYNC : 0;

/** Writes all bytes: a full disk shows as a short write without an error. */
export async function writeAll(files: LogFiles, fd: number, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += wrote(await files.write(fd, bytes.subarray(done), position + done));
}

/** The same on this thread. */
export function writeAllSync(files: LogFiles, fd: number, bytes: Buffer, position: number): void {
  let done = 0;
  while (done < bytes.length) done += wrote(files.writeSync(fd, bytes.subarray(done), position + done));
}

function wrote(count: number): number {
  if (count <= 0) throw new Error('nothing was written');
  return count;
}

/** Whether something has that name. */
export async function isPresent(files: LogFiles, path: string): Promise<boolean> {
  try {
    await files.mode(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(files: LogFiles, path: string): Promise<void> {
  const fd = await files.open(path, constants.O_RDONLY);
  try {
    await files.sync(fd);
  } finally {
    await files.close(fd);
  }
}

/** Replaces a file so that a crash leaves the old one or the new one, never a mixture. */
export async function replaceFile(
  files: LogFiles,
  folder: string,
  name: string,
  content: string | Buffer,
): Promise<void> {
  const path = `${folder}/${name}`;
  const temporary = `${path}.tmp`;
  await writeDurably(files, [{ path: temporary, bytes: typeof content === 'string' ? Buffer.from(content) : content }]);
  await files.rename(temporary, path);
  await syncFolder(files, folder);
}

/** A whole file to write. */
export interface FileContent {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Files that are open at the same time. */
const batchFiles = 64;

/**
 * Writes whole files and syncs them. A batch is written before its first sync, so that a journaling file system
 * can commit it together. The folders are the caller's to sync.
 */
export async function writeDurably(files: LogFiles, contents: readonly FileContent[]): Promise<void> {
  for (let start = 0; start < contents.length; start += batchFiles) {
    await writeBatch(files, contents.slice(start, start + batchFiles));
  }
}

async function writeBatch(files: LogFiles, contents: readonly FileContent[]): Promise<void> {
  const open: number[] = [];
  try {
    for (const { path, bytes } of contents) {
      const fd = await files.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC);
      open.push(fd);
      await writeAll(files, fd, bytes, 0);
    }
    for (const fd of open) await files.sync(fd);
  } finally {
    for (const fd of open) await files.close(fd);
  }
}
