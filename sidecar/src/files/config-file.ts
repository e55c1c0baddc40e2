import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { SidecarError } from '../errors.ts';
import { createFile, makeFolders } from './durable-file.ts';

const groupOrOthersWrite = 0o022;

/**
 * Reads a configuration file, which others may read; only root and the user of the sidecar may write it.
 *
 * @param uid that the sidecar runs under
 * @param limitBytes most that it may have
 * @returns undefined when there is no such file
 * @throws SidecarError `config_invalid`
 */
export function readConfigBytes(path: string, uid: number, limitBytes = Number.POSITIVE_INFINITY): Buffer | undefined {
  const name = basename(path);
  const descriptor = openExisting(path, name);
  if (descriptor === undefined) return undefined;
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new SidecarError('config_invalid', `${name} is not a plain file`);
    if ((status.mode & groupOrOthersWrite) !== 0) {
      throw new SidecarError('config_invalid', `${name} is writable by group or others`);
    }
    if (status.uid !== uid && status.uid !== 0) {
      throw new SidecarError('config_invalid', `${name} belongs to uid ${status.uid}`);
    }
    if (status.size > limitBytes) throw new SidecarError('config_invalid', `${name} has more than ${limitBytes} bytes`);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The same as text. */
export function readConfigFile(path: string, uid: number): string | undefined {
  return readConfigBytes(path, uid)?.toString('utf8');
}

/**
 * Writes a configuration file 0600, whole or not at all: half of it could be a policy without its guards.
 *
 * @returns false when there is one already; it stays
 */
export function createConfigFile(path: string, text: string): boolean {
  makeFolders(dirname(path), 'configuration folder');
  try {
    createFile(path, Buffer.from(text), basename(path));
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

function openExisting(path: string, name: string): number | undefined {
  try {
    // Without O_NONBLOCK a FIFO in its place would hang the start.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw new SidecarError('config_invalid', `${name} cannot be read`, { cause });
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
