import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { configInvalid } from './config-reader.ts';
import { overflowUids } from './overflow-uid.ts';
import { type ConfiguredPrincipal, everyRole, parsePrincipals } from './principals.ts';

export interface LoadedPrincipals {
  readonly principals: readonly ConfiguredPrincipal[];
  /** What the one who starts the sidecar must be told, loudly. */
  readonly notices: readonly string[];
}

export interface PrincipalsFileOptions {
  readonly path: string;
  /** Uid that the sidecar runs under. */
  readonly uid: number;
}

const groupOrOthersWrite = 0o022;

/**
 * Reads `principals.json`. Where there is none, writes one (mode 0600) that makes the starting user its owner with all
 * roles. A file that others could write is refused. Throws `config_invalid`.
 *
 * @example const { principals, notices } = await loadPrincipals({ path, uid: process.geteuid() });
 */
export async function loadPrincipals({ path, uid }: PrincipalsFileOptions): Promise<LoadedPrincipals> {
  const existing = await readOwned(path, uid);
  const notices: string[] = [];
  if (existing === undefined) {
    await writeFirst(path, firstPrincipals(uid));
    notices.push(`principals.json was written: uid ${uid} is the principal "owner" with all roles`);
  }
  const text = existing ?? (await readOwned(path, uid)) ?? '';
  const principals = parsePrincipals(text);
  const twin = principals.find(({ credentials }) => credentials.some((c) => c.kind === 'uid' && c.uid === uid));
  if (twin !== undefined) {
    notices.push(
      `principal "${twin.id}" runs under the sidecar's own uid ${uid}: it can read the sidecar's memory and files, ` +
        'so its keys are not protected from it; for real use give the sidecar a user of its own',
    );
  }
  return { principals, notices };
}

function firstPrincipals(uid: number): string {
  if (overflowUids().has(uid))
    throw configInvalid(`uid ${uid} stands for every unmapped user and cannot be a principal`);
  const owner = { id: 'owner', kind: 'person', roles: everyRole, credentials: [{ uid }] };
  return `${JSON.stringify({ principals: [owner] }, null, 2)}\n`;
}

async function readOwned(path: string, uid: number): Promise<string | undefined> {
  const file = await openExisting(path);
  if (file === undefined) return undefined;
  try {
    const status = await file.stat();
    if (!status.isFile()) throw configInvalid('principals.json is not a plain file');
    const { mode, uid: owner } = status;
    if ((mode & groupOrOthersWrite) !== 0) throw configInvalid('principals.json is writable by group or others');
    if (owner !== uid && owner !== 0) throw configInvalid(`principals.json belongs to uid ${owner}`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    // Without O_NONBLOCK a FIFO in its place would hang the start.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw configInvalid('principals.json cannot be read', cause);
  }
}

/** Whole or not at all, and never over a file that appeared meanwhile: link fails where rename would replace. */
async function writeFirst(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await link(temporary, path).catch((cause) => {
    if (!isErrno(cause, 'EEXIST')) throw cause;
  });
  await rm(temporary);
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
