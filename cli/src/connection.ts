import type { FerroHsm } from '@ferrohsm/sdk/node';
import { usageError } from './errors.ts';
import { version } from './generated/version.ts';
import type { GlobalOptions } from './global-options.ts';
import { readInput } from './input.ts';
import { lent } from './lending.ts';
import { chosenWay } from './profiles/way.ts';

type ConnectOptions = NonNullable<Parameters<typeof import('@ferrohsm/sdk/node').connect>[0]>;

/** Longest token file that is read. */
const tokenLimitBytes = 8192;
/** What the log says of the client; and a person waits, so a sidecar that does not run is said soon. */
const greeting = { client: `ferrohsm/${version}`, connectTimeoutMs: 2000 };

/** What is presented beside what options and environment say. */
export interface Presented {
  readonly token?: string;
  /** Registers the token first. */
  readonly invitation?: string;
}

/**
 * Connects to the sidecar that options or environment name; the default socket where they name none.
 *
 * @throws FerroHsmError `connection_lost`, `unauthenticated`, `version_unsupported`
 */
export async function connectSidecar(options: GlobalOptions, presented: Presented = {}): Promise<FerroHsm> {
  const open = lent()?.sidecar;
  if (open !== undefined && !namesWay(options)) return open;
  const place = { ...placeOf(options, process.env, presented.token), ...presented };
  // Loaded only here: help and usage errors do without it.
  const { connect } = await import('@ferrohsm/sdk/node');
  return connect(place);
}

/** What names a way of its own does not go where the others go. */
function namesWay({ socket, url, tokenFile, profile }: GlobalOptions): boolean {
  return [socket, url, tokenFile, profile].some((option) => option !== undefined);
}

function placeOf(options: GlobalOptions, environment: NodeJS.ProcessEnv, given: string | undefined): ConnectOptions {
  const { socket, url, tokenFile } = chosenWay(options, environment);
  const token = given ?? readToken(tokenFile);
  if (url !== undefined) return webSocketPlace(url, token);
  return { ...greeting, ...(socket !== undefined && { socket }), ...(token && { token }) };
}

function webSocketPlace(url: string, token: string | undefined): ConnectOptions {
  if (token === undefined) {
    throw usageError('a WebSocket needs a bearer token', 'name its file with --token-file or FERROHSM_TOKEN_FILE');
  }
  return { ...greeting, url, token };
}

/** A token is never given as an argument: the list of processes would show it. */
function readToken(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readInput(file, tokenLimitBytes).toString('latin1').trim();
}
