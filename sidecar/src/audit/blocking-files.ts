import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { fileMode, folderMode, type LogFiles } from './files.ts';

/**
 * The real file system for a thread that has nothing else to do meanwhile: each call is made at once by that thread. A way
 * through the thread pool and back costs more than most of the calls.
 */
export const blockingFiles: LogFiles = Object.freeze({
  open: async (path: string, flags: number) => openSync(path, flags, fileMode),
  close: async (fd: number) => closeSync(fd),
  write: async (fd: number, bytes: Buffer, position: number) => writeSync(fd, bytes, 0, bytes.length, position),
  writeSync: (fd: number, bytes: Buffer, position: number) => writeSync(fd, bytes, 0, bytes.length, position),
  sync: async (fd: number) => fdatasyncSync(fd),
  read: async (path: string) => readFileSync(path),
  list: async (path: string) => readdirSync(path),
  makeFolder: async (path: string) => mkdirSync(path, { recursive: true, mode: folderMode }),
  mode: async (path: string) => statSync(path).mode & 0o777,
  isInPlace: async (fd: number, path: string) => {
    const held = fstatSync(fd, { bigint: true });
    const named = statSync(path, { bigint: true, throwIfNoEntry: false });
    return held.ino === named?.ino && held.dev === named.dev;
  },
  rename: async (from: string, to: string) => renameSync(from, to),
  remove: async (path: string) => rmSync(path, { recursive: true, force: true }),
});
