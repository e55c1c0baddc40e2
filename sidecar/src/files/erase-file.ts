import { closeSync, constants, existsSync, fstatSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';

/**
 * Overwrites a small file where it lies and removes it; one that is not there is erased already. What the medium keeps of
 * overwritten files is not known. The folder is the caller's to sync.
 */
export function eraseFile(path: string): void {
  if (!existsSync(path)) return;
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
