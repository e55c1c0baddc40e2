import { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { SidecarError } from '../errors.ts';
import { Secret, secretMemory } from '../secret.ts';
import { createFile, makeFolders } from './durable-file.ts';

// Files that only this user may touch, in folders that only this user may enter. `what` is how a refusal names one,
// for example `root key file`: a path is never told.

/** Creates the folder 0700 when it is missing; refuses one that others can look into. */
export function ensurePrivateFolder(path: string, what: string): void {
  makeFolders(path, what);
  const status = lstatSync(path);
  if (!status.isDirectory()) throw new SidecarError('config_invalid', `${what} is not a folder`);
  refuseShared(status, what, '0700');
}

/** Creates an empty file 0600 when it is missing, so that it is never wider, even at birth; refuses a shared one. */
export function ensurePrivateFile(path: string, what: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
  refuseForeign(lstatSync(path), what);
}

/** Creates a file that must not exist yet; it appears with its whole content or not at all. */
export function createPrivateFile(path: string, content: Uint8Array, what: string): void {
  ensurePrivateFolder(dirname(path), `folder of the ${what}`);
  createFile(path, content, what);
}

/**
 * Reads a whole file.
 *
 * @returns undefined when there is no such file
 */
export function readPrivateFile(path: string, what: string, limitBytes: number): Secret | undefined {
  const descriptor = openExisting(path, what);
  if (descriptor === undefined) return undefined;
  try {
    refuseShared(lstatSync(dirname(path)), `folder of the ${what}`, '0700');
    refuseForeign(fstatSync(descriptor), what);
    return readDescriptor(descriptor, what, limitBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads an open descriptor to its end and refuses more than the limit. */
export function readDescriptor(descriptor: number, what: string, limitBytes: number): Secret {
  const buffer = secretMemory(limitBytes + 1);
  let length = 0;
  try {
    for (;;) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      length += count;
      if (length > limitBytes) throw new SidecarError('config_invalid', `${what} has more than ${limitBytes} bytes`);
      if (count === 0) return Secret.copy(buffer.subarray(0, length));
    }
  } finally {
    buffer.fill(0);
  }
}

function openExisting(path: string, what: string): number | undefined {
  try {
    // Without O_NONBLOCK a FIFO in its place would hang the start.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw new SidecarError('config_invalid', `${what} is a symbolic link`);
    throw new SidecarError('config_invalid', `${what} cannot be read (${code})`);
  }
}

function refuseForeign(status: Stats, what: string): void {
  if (!status.isFile()) throw new SidecarError('config_invalid', `${what} is not a plain file`);
  refuseShared(status, what, '0600');
}

function refuseShared(status: Stats, what: string, wanted: string): void {
  if (status.uid !== process.getuid?.()) {
    throw new SidecarError('config_invalid', `${what} belongs to uid ${status.uid}`);
  }
  if ((status.mode & 0o077) !== 0) {
    const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
    throw new SidecarError('config_invalid', `${what} has mode ${mode}, needs ${wanted}`);
  }
}
