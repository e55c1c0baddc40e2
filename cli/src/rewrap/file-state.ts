import type { Stats } from 'node:fs';

/** Whether a path still leads to the same file, and nobody has written to that. */
export function isUnchanged(now: Stats, before: Stats): boolean {
  const isSameFile = now.dev === before.dev && now.ino === before.ino;
  return isSameFile && now.size === before.size && now.mtimeMs === before.mtimeMs;
}
