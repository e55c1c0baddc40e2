import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { SidecarError } from '../errors.ts';

/**
 * Creates the folder and its parents 0700 where they are missing, durably: with a folder a power cut would take whatever was
 * synced in it. One by one: a recursive mkdir never ends where the system denies that a parent exists, as below /proc.
 *
 * @param what how a refusal names the folder, for example `state folder`
 */
export function makeFolders(path: string, what: string): void {
  if (existsSync(path)) {
    // An earlier process may have been killed right after it had made it.
    syncName(path, what);
    return;
  }
  if (dirname(path) !== path) makeFolders(dirname(path), what);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    if (existsSync(path)) return;
    throw new SidecarError('config_invalid', `${what} cannot be created`, { cause });
  }
  syncNewName(path, what);
}

/** Of a folder in one that may not be read: whoever may has made it, and sees to that. */
function syncName(path: string, what: string): void {
  try {
    syncFolder(dirname(path));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EACCES') return;
    throw new SidecarError('config_invalid', `${what} cannot be made durable`, { cause });
  }
}

/** Removes again what a power cut could take away: the next start would not know. */
function syncNewName(path: string, what: string): void {
  try {
    syncFolder(dirname(path));
  } catch (cause) {
    rmdirSync(path);
    throw new SidecarError('config_invalid', `${what} cannot be created`, { cause });
  }
}

/**
 * Creates a file 0600 that must not exist yet: it appears with its whole content, durably, or not at all.
 *
 * @param what how a refusal names it
 */
export function createFile(path: string, content: Uint8Array, what: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    writeNewFile(draft, content, what);
    // Unlike rename, link never replaces a file that appeared meanwhile.
    linkSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(path));
}

/**
 * Creates a file 0600 that must not exist yet and makes its content durable; its name is the caller's to sync.
 *
 * @throws SidecarError `config_invalid`; what was written until then stays
 */
export function writeNewFile(path: string, content: Uint8Array, what: string): void {
  try {
    writeWhole(path, content);
  } catch (cause) {
    throw new SidecarError('config_invalid', `${what} could not be written`, { cause });
  }
}

function writeWhole(path: string, content: Uint8Array): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    // A full disk shortens a write without an error.
    if (writeSync(descriptor, content) !== content.length) throw new Error('a part of it was written');
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes names that were created or changed in the folder durable. */
export function syncFolder(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Replaces a file 0600: the old one or the new one is there at any time, never half of one. */
export function replaceFile(path: string, content: Uint8Array, what: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  writeNewFile(draft, content, what);
  renameSync(draft, path);
  syncFolder(dirname(path));
}
