import { lstatSync } from 'node:fs';
import type { Server } from 'node:net';
import { SidecarError } from '../errors.ts';
import { isListeningUnixSocket, loadSocketCalls } from './socket-calls.ts';

/** A Unix socket that was opened by whoever started this process, such as systemd. */
export interface InheritedSocketOptions {
  readonly descriptor: number;
  /** Name of the listener. */
  readonly name: string;
}

const othersWrite = 0o002;

/**
 * Listens on the socket. Its file belongs to whoever made it: it stays.
 *
 * @param isShared the peer's uid is the credential, so that everybody may connect
 * @returns its path
 * @throws SidecarError `config_invalid` for anything but a listening Unix stream socket, and for one that only its
 *   own identity should reach but everybody can: systemd makes sockets 0666 unless told otherwise
 */
export async function listenInherited(
  server: Server,
  { descriptor, name }: InheritedSocketOptions,
  isShared: boolean,
): Promise<string> {
  const path = inspect(descriptor, name);
  if (!isShared) refuseOpen(path, name);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ fd: descriptor }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw new SidecarError('config_invalid', `socket ${name}: cannot be listened on`, { cause });
  }
  server.off('error', reject);
  return path;
}

/** A TCP socket would be taken for a Unix socket, and everybody on the network for its identity. */
function inspect(descriptor: number, name: string): string {
  const calls = loadSocketCalls();
  if (calls === undefined) throw new SidecarError('config_invalid', `socket ${name}: cannot be examined here`);
  if (!isListeningUnixSocket(calls, descriptor)) {
    throw new SidecarError('config_invalid', `socket ${name}: descriptor ${descriptor} is no listening unix socket`);
  }
  const path = calls.pathOf(descriptor)?.toString() ?? '';
  if (!path.startsWith('/')) throw new SidecarError('config_invalid', `socket ${name}: has no path in the file system`);
  return path;
}

function refuseOpen(path: string, name: string): void {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status?.isSocket() && (status.mode & othersWrite) === 0) return;
  throw new SidecarError('config_invalid', `socket ${name}: everybody may connect, needs mode 0660 or less`);
}
