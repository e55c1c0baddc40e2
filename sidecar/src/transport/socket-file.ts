import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname, isAbsolute, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SidecarError } from '../errors.ts';

/** Where and for whom a Unix socket is made. */
export interface SocketFileOptions {
  readonly path: string;
  /** Name of the listener. */
  readonly name: string;
  /** Permission bits, default 0o600. */
  readonly mode?: number;
  /** Numeric user that owns the socket, to whom alone a mode of 0600 gives it; needs root. */
  readonly owner?: number;
  /** Numeric group that owns the socket. */
  readonly group?: number;
}

/** A socket file that a server listens on. */
export interface SocketFile {
  /** Removes the file unless another took its place. */
  remove(): void;
}

/** `sun_path` of Linux has 108 bytes, that of the BSDs 104, with the closing zero. */
const pathBytes = process.platform === 'linux' ? 107 : 103;
const folderMode = 0o750;
/** Between binding and listening a socket refuses connections like a stale one; that takes far less. */
const secondProbeMs = 50;

/**
 * Binds the server to a temporary name and links it to its path when mode and group are right: the path never leads to
 * a socket that more people may open, or that does not listen. The link cannot replace anything, and libuv, which
 * removes the name that it bound when the server closes, cannot remove somebody else's socket.
 *
 * @throws SidecarError `config_invalid`; `state_locked` when another process listens at the path
 */
export async function bindSocketFile(server: Server, options: SocketFileOptions): Promise<SocketFile> {
  const { path, name, mode = 0o600, owner = -1, group = -1 } = options;
  const temporaryPath = join(dirname(path), `.${randomBytes(3).toString('hex')}`);
  checkPath(options, temporaryPath);
  try {
    makeFolder(path, options.group);
    await listen(server, temporaryPath, mode);
    if (owner !== -1 || group !== -1) chownSync(temporaryPath, owner, group);
    chmodSync(temporaryPath, mode);
    const { ino, dev } = lstatSync(temporaryPath);
    await place(temporaryPath, path);
    return { remove: () => removeIf(path, (found) => found.ino === ino && found.dev === dev) };
  } catch (error) {
    throw refusal(error, name);
  }
}

function checkPath({ path, name }: SocketFileOptions, temporaryPath: string): void {
  if (!isAbsolute(path) || path.includes('\0'))
    throw new SidecarError('config_invalid', `socket ${name}: path is not absolute`);
  if (Math.max(Buffer.byteLength(path), Buffer.byteLength(temporaryPath)) > pathBytes) {
    throw new SidecarError('config_invalid', `socket ${name}: path is longer than ${pathBytes} bytes`);
  }
}

function makeFolder(path: string, group: number | undefined): void {
  const folder = dirname(path);
  const made = mkdirSync(folder, { recursive: true, mode: folderMode }) !== undefined;
  if (made && group !== undefined) chownSync(folder, -1, group);
  const { mode } = statSync(folder);
  const sticky = (mode & 0o1000) !== 0;
  if ((mode & 0o002) !== 0 && !sticky) throw new SidecarError('config_invalid', 'others may write to its folder');
}

/** The umask belongs to the whole process; `listen` binds before it returns. */
async function listen(server: Server, path: string, mode: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  const umask = process.umask(0o777 & ~(mode & 0o600));
  try {
    server.listen(path, resolve);
  } finally {
    process.umask(umask);
  }
  await promise;
  server.off('error', reject);
}

async function place(temporaryPath: string, path: string): Promise<void> {
  if (tryPlace(temporaryPath, path)) return;
  await removeStale(path);
  if (!tryPlace(temporaryPath, path)) throw new SidecarError('state_locked', 'another process took its path');
}

/** False when the path is taken. */
function tryPlace(temporaryPath: string, path: string): boolean {
  try {
    linkSync(temporaryPath, path);
    unlinkSync(temporaryPath);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
    // A file system without links for sockets.
    renameSync(temporaryPath, path);
    return true;
  }
}

/** Removes a socket that nobody listens on; never anything else. */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new SidecarError('config_invalid', 'something that is not a socket is at its path');
  if (await isStale(path)) {
    await delay(secondProbeMs);
    if (await isStale(path)) {
      removeIf(path, ({ ino, dev }) => ino === found.ino && dev === found.dev);
      return;
    }
  }
  throw new SidecarError('state_locked', 'another process listens at its path');
}

/** Only a refused connection proves that nobody listens: a full backlog or a missing permission does not. */
function isStale(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error) => resolve(codeOf(error) === 'ECONNREFUSED'));
  });
}

function removeIf(path: string, ours: (found: Stats) => boolean): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && ours(found)) unlinkSync(path);
}

/** Names the listener, not the path: the detail may be shown to others than the operator. */
function refusal(error: unknown, name: string): SidecarError {
  if (error instanceof SidecarError) return new SidecarError(error.code, `socket ${name}: ${error.detail}`);
  return new SidecarError('config_invalid', `socket ${name}: ${codeOf(error) ?? 'cannot be made'}`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}
