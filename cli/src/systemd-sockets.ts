import { CliError } from './errors.ts';

/** A listening socket that was handed over. */
export interface HandedSocket {
  readonly name: string;
  readonly descriptor: number;
}

/** sd_listen_fds(3): the descriptors that are handed over start here. */
const firstDescriptor = 3;
const mostDescriptors = 1024;
const variables = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID'];

/**
 * Takes the sockets that systemd hands over by the rules of sd_listen_fds_with_names(3), and takes the variables out
 * of the environment, so that no program started later believes itself meant.
 *
 * @param pid of this process
 * @throws CliError 78 when there are none, or they have no names
 */
export function takeSystemdSockets(environment: Record<string, string | undefined>, pid: number): HandedSocket[] {
  const { LISTEN_PID, LISTEN_FDS = '', LISTEN_FDNAMES } = environment;
  for (const variable of variables) delete environment[variable];
  const count = /^[1-9]\d{0,3}$/.test(LISTEN_FDS) ? Number(LISTEN_FDS) : 0;
  if (LISTEN_PID !== String(pid) || count === 0 || count > mostDescriptors) {
    throw configurationError('no sockets were handed over by systemd', 'start ferrohsm through its socket unit');
  }
  const names = LISTEN_FDNAMES?.split(':') ?? [];
  if (names.length !== count || !names.every(isName)) {
    throw configurationError(
      'the sockets of systemd are not named',
      'write FileDescriptorName=NAME in each socket unit',
    );
  }
  return names.map((name, index) => ({ name, descriptor: firstDescriptor + index }));
}

function isName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,62}$/.test(name);
}

function configurationError(message: string, hint: string): CliError {
  return new CliError(78, message, hint);
}
