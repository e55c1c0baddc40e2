import type { HandedOnPeer } from '../generated/types.ts';
import { defaultSocketPath, unixSocket } from '../transport/unix-socket.ts';
import { connect as connectWebSocket, type WebSocketConnectOptions } from './connect.ts';
import { type ClientOptions, type FerroHsm, openFerroHsm } from './ferrohsm.ts';

/** A sidecar on this host that listens on a Unix socket. */
export interface SocketConnectOptions extends ClientOptions {
  /** Path; default `FERROHSM_SOCKET`, else the sidecar's default place for this user. */
  readonly socket?: string;
  /** Bearer token, where the user id of this process does not say who it is. */
  readonly token?: string;
  readonly url?: never;
  /**
   * Whom the PKCS#11 front process speaks for; anything but its link refuses it.
   *
   * @internal
   */
  readonly peer?: HandedOnPeer;
}

/**
 * Connects to a sidecar, over the Unix socket unless a `url` is given. An idle connection over the Unix socket does not
 * keep the process alive; a pending call does.
 *
 * @throws FerroHsmError `unauthenticated` when the sidecar does not know this user or token, `connection_lost` when
 *   nobody answers in time; as the portable `connect` for a `url`
 * @example
 * await using hsm = await connect();
 * const signature = await hsm.subtle.sign('Ed25519', key, data);
 */
export async function connect(options: SocketConnectOptions | WebSocketConnectOptions = {}): Promise<FerroHsm> {
  if (options.url !== undefined) return connectWebSocket(options);
  const { socket = defaultSocketPath(), token, peer } = options;
  return openFerroHsm(unixSocket(socket), { token, peer }, options);
}
