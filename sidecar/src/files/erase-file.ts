import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { SidecarError } from '../errors.ts';

/**
 * Overwrites a small file where it lies and removes it; one that is not there is erased already. What the medium keeps of
 * overwritten files is not known. The folder is the caller's to sync.
 */
export function eraseFile(path: string): void {
  if (!existsSync(path)) return;
  // Secrets are often kept where not even their owner may write to them.
  chmodSync(path, 0o600);
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    const { size } = fstatSync(descriptor);
    writeSync(descriptor, Buffer.alloc(size), 0, size, 0);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  rmSync(path);
}

/**
 * Before anything depends on it: whether {@link eraseFile} will be able to, and another file can take the place.
 *
 * @param what how a refusal names the file
 * @throws SidecarError `config_invalid`
 */
export function requireReplaceable(path: string, what: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    // What is to be written there first will say what is missing.
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new SidecarError('config_invalid', `${what} cannot be replaced: its folder is read-only`, { cause });
  }
}
