import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { SidecarError } from '../errors.ts';
import { Secret } from '../secret.ts';

/** Creates the folder 0700 when it is missing; refuses one that others can look into. */
export function ensurePrivateFolder(path: string): void {
  makeFolders(path);
  const status = lstatSync(path);
  if (!status.isDirectory()) throw new SidecarError('config_invalid', 'state folder is not a folder');
  refuseShared(status, 'state folder', '0700');
}

/** One by one: a recursive mkdir never ends where the system denies that a parent exists, as below /proc. */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolders(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    if (existsSync(path)) return;
    throw new SidecarError('config_invalid', 'state folder cannot be created', { cause });
  }
}

/** Creates an empty file 0600 when it is missing, so that it is never wider, even at birth; refuses a shared one. */
export function ensurePrivateFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
  const status = lstatSync(path);
  if (!status.isFile()) throw new SidecarError('config_invalid', 'a file of the state folder is not a plain file');
  refuseShared(status, 'a file of the state folder', '0600');
}

/** Reads a whole private file of exactly that size. */
export function readPrivateFile(path: string, sizeBytes: number): Secret {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const status = fstatSync(descriptor);
    refuseShared(status, 'a file of the state folder', '0600');
    const bytes = Buffer.allocUnsafeSlow(sizeBytes);
    if (status.size !== sizeBytes || readSync(descriptor, bytes, 0, sizeBytes, 0) !== sizeBytes) {
      throw new SidecarError('config_invalid', `a file of the state folder has ${status.size} bytes`);
    }
    return Secret.take(bytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Creates a 0600 file that must not exist yet and makes its content durable. */
export function createPrivateFile(path: string, content: Secret): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    // A full disk shortens a write without an error.
    if (writeSync(descriptor, content.bytes) !== content.length) {
      throw new SidecarError('internal_error', 'a file of the state folder could not be written');
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes names that were created or changed in the folder durable. */
export function syncFolder(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
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
