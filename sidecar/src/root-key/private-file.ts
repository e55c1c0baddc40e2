import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { SidecarError } from '../errors.ts';
import { Secret } from '../secret.ts';

/**
 * Reads a file that only this user may touch, in a folder that only this user may enter.
 *
 * @param what how a refusal names the file, for example `root key file`
 * @returns undefined when there is no such file
 */
export function readPrivateFile(path: string, what: string, limitBytes: number): Secret | undefined {
  const descriptor = openExisting(path, what);
  if (descriptor === undefined) return undefined;
  try {
    refuseShared(lstatSync(dirname(path)), `folder of the ${what}`, '0700');
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new SidecarError('config_invalid', `${what} is not a plain file`);
    refuseShared(status, what, '0600');
    return readDescriptor(descriptor, what, limitBytes);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads an open descriptor to its end and refuses more than the limit.
 *
 * @param what how a refusal names it
 */
export function readDescriptor(descriptor: number, what: string, limitBytes: number): Secret {
  const buffer = Buffer.allocUnsafeSlow(limitBytes + 1);
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

/**
 * Creates a file that must not exist yet, in a folder 0700; it appears with its whole content or not at all.
 *
 * @param mode permission bits from birth
 */
export function createFile(path: string, content: Uint8Array, mode: number, what: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  refuseShared(lstatSync(folder), `folder of the ${what}`, '0700');
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    writeDurably(draft, content, mode, what);
    // Unlike rename, link never replaces a file that appeared meanwhile.
    linkSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(folder);
}

function writeDurably(path: string, content: Uint8Array, mode: number, what: string): void {
  const descriptor = openSync(path, 'wx', mode);
  try {
    // A full disk shortens a write without an error.
    if (writeSync(descriptor, content) !== content.length) {
      throw new SidecarError('config_invalid', `${what} could not be written`);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncFolder(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
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

function refuseShared(status: Stats, what: string, wanted: string): void {
  if (status.uid !== process.getuid?.()) {
    throw new SidecarError('config_invalid', `${what} belongs to uid ${status.uid}`);
  }
  if ((status.mode & 0o077) !== 0) {
    const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
    throw new SidecarError('config_invalid', `${what} has mode ${mode}, needs ${wanted}`);
  }
}
