import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Takes the last free byte of the disk of a folder, with a file whose path is answered. */
export function fillFolder(folder: string): string {
  const path = join(folder, 'filler');
  const file = openSync(path, 'w');
  try {
    for (const block of [Buffer.alloc(1 << 20), Buffer.alloc(4096)]) while (hasWritten(file, block));
  } finally {
    closeSync(file);
  }
  return path;
}

function hasWritten(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
    return false;
  }
}
