import { existsSync, lstatSync, readFileSync, type Stats, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemCode } from '../errors.ts';
import { type Finding, fault, ok, warning } from './finding.ts';

export interface Folders {
  readonly state: string;
  readonly config: string;
}

/** Below it the log's reserve and a backup do not fit any more. */
const littleSpaceBytes = 1 << 30;
/** Below it the sidecar stops soon. */
const noSpaceBytes = 64 << 20;

/** State and configuration of a sidecar on this machine, as far as this user may look. */
export function folderFindings({ state, config }: Folders): Finding[] {
  return [
    ...privateFolder('state folder', state, 'a first "ferrohsm serve" makes it'),
    ...(existsSync(state) ? space(state) : []),
    ...privateFolder('configuration folder', config, 'make one with "ferrohsm init", or let a first start make it'),
    ...principals(join(config, 'principals.json')),
    ...rootKey(join(config, 'root.key'), state),
  ];
}

function privateFolder(subject: string, path: string, step: string): Finding[] {
  const status = statusOf(path);
  if (status === undefined) return [warning(subject, `${path} is not there`, step)];
  if (!status.isDirectory()) return [fault(subject, `${path} is not a folder`, 'name another one')];
  return [...ownership(subject, path, status), ...privacy(subject, path, status, 0o700)];
}

function ownership(subject: string, path: string, { uid }: Stats): Finding[] {
  const own = process.getuid?.();
  if (own === undefined || own === uid || own === 0) return [];
  return [
    warning(subject, `${path} belongs to uid ${uid}, this is ${own}`, 'look as the user that the sidecar runs as'),
  ];
}

function privacy(subject: string, path: string, { mode }: Stats, wanted: number): Finding[] {
  if ((mode & 0o077) === 0) return [ok(subject, `${path} is private`)];
  const found = (mode & 0o777).toString(8);
  return [fault(subject, `${path} has mode ${found}: others can look into it`, `chmod ${wanted.toString(8)} ${path}`)];
}

function space(state: string): Finding[] {
  const { bavail, bsize } = statfsSync(state);
  const bytes = bavail * bsize;
  const left = `${Math.floor(bytes / 2 ** 20).toLocaleString('en')} MiB left`;
  if (bytes < noSpaceBytes) return [fault('disk', `${left}: the sidecar stops when it is full`, 'make room')];
  if (bytes < littleSpaceBytes) return [warning('disk', left, 'make room before the log fills it')];
  return [ok('disk', left)];
}

function principals(path: string): Finding[] {
  const text = textOf(path);
  if (text === undefined) return [];
  try {
    JSON.parse(text);
    return [ok('principals', `${path} is JSON`)];
  } catch (error) {
    return [fault('principals', `${path}: ${(error as Error).message}`, 'correct it: the next start refuses it')];
  }
}

function rootKey(path: string, state: string): Finding[] {
  const status = statusOf(path);
  if (status === undefined) return [];
  if (resolve(path).startsWith(`${resolve(state)}/`)) {
    return [fault('root key', `${path} lies in the state folder: a copy of it opens itself`, 'move it elsewhere')];
  }
  return privacy('root key', path, status, 0o600);
}

function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    // A folder above that this user may not enter is not ours to judge.
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
