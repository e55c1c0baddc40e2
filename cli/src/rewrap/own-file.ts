import { closeSync, constants, fstatSync, lstatSync, openSync, rmSync, type Stats } from 'node:fs';
import { CliError, systemCode } from '../errors.ts';

/**
 * Opens what an earlier run of this user left, to go on with it.
 *
 * @returns undefined where there is nothing of the kind: a link, a file of somebody else, one with a second name, which
 *   was finished
 */
export function openOwnFile(path: string): { readonly descriptor: number; readonly lengthBytes: number } | undefined {
  const descriptor = openUnlinked(path);
  if (descriptor === undefined) return undefined;
  const status = fstatSync(descriptor);
  if (isOwn(status) && status.nlink === 1) return { descriptor, lengthBytes: status.size };
  closeSync(descriptor);
  return undefined;
}

/** Removes what an earlier run of this user left. @throws CliError 73 for anything else */
export function removeOwnFile(path: string): void {
  requireOwnFile(path);
  rmSync(path, { force: true });
}

/** @throws CliError 73 for a link, a device, a file of somebody else; not for nothing at all */
export function requireOwnFile(path: string): void {
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (present === undefined || isOwn(present)) return;
  throw new CliError(
    73,
    `${path} is not a file of yours`,
    'a job would write there; remove it, or name another output',
  );
}

function openUnlinked(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** Where there are no user ids, a file is everybody's. */
function isOwn(status: Stats): boolean {
  return status.isFile() && status.uid === (process.geteuid?.() ?? status.uid);
}
