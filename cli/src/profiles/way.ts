import { usageError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { type Profile, profileNamed, readProfiles } from './profile-file.ts';

/**
 * The way to the sidecar: what options say, then the profile that they name, then the environment, then the default profile.
 * Empty where nothing says anything: the default socket.
 *
 * @throws CliError 2, 66, 78
 */
export function chosenWay(options: GlobalOptions, environment: NodeJS.ProcessEnv): Profile {
  const { socket, url, profile, tokenFile } = options;
  if (socket !== undefined && url !== undefined) {
    throw usageError('--socket and --url cannot both be given', 'choose the one way to the sidecar');
  }
  const isNamed = socket !== undefined || url !== undefined;
  if (isNamed && profile !== undefined) {
    throw usageError('--profile names a socket or URL already', 'leave out --profile, or --socket and --url');
  }
  const way = isNamed ? { ...options } : wayOf(profile ?? environment.FERROHSM_PROFILE, environment);
  const token = tokenFile ?? way.tokenFile ?? environment.FERROHSM_TOKEN_FILE;
  return {
    ...(way.socket !== undefined && { socket: way.socket }),
    ...(way.url !== undefined && { url: way.url }),
    ...(token !== undefined && { tokenFile: token }),
  };
}

function wayOf(name: string | undefined, environment: NodeJS.ProcessEnv): Profile {
  if (name !== undefined) return profileNamed(readProfiles(), name);
  const { FERROHSM_URL: url, FERROHSM_SOCKET: socket } = environment;
  if (url) return { url };
  if (socket) return { socket };
  const profiles = readProfiles();
  return profiles.default === undefined ? {} : profileNamed(profiles, profiles.default);
}
