import { isAbsolute } from 'node:path';
import { usageError } from '../errors.ts';

/** The client cuts longer paths off without a word (`sun_path`, with its end). */
const longestPathBytes = 107;

/**
 * A Unix socket as p11-kit writes it: what could end the path, or mean something to a shell or a configuration file, in
 * percent.
 *
 * @throws CliError 2 for a path that the client would not find
 */
export function p11KitAddress(socket: string): string {
  if (!isAbsolute(socket)) throw usageError(`${socket} is not an absolute path`, 'p11-kit takes absolute paths alone');
  const bytes = Buffer.byteLength(socket);
  if (bytes > longestPathBytes) {
    throw usageError(`a path of ${bytes} bytes, more than ${longestPathBytes}`, 'choose a socket in a shorter folder');
  }
  const path = Buffer.from(socket)
    .toString('latin1')
    .replaceAll(/[^\w./~-]/g, percent);
  return `unix:path=${path}`;
}

function percent(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
