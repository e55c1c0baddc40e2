import { SidecarError } from '../errors.ts';
import type { LinkPeer } from '../peer.ts';
import type { Accept, Listener } from './listener.ts';
import { listenUnix, type UnixListenOptions } from './unix-socket.ts';

/** The way in for the process that holds the PKCS#11 sockets. */
export interface LinkOptions {
  /** Path of a Unix socket; its mode is 0600. */
  readonly link: string;
  /** Names of the PKCS#11 sockets, each of one identity. */
  readonly sockets: readonly string[];
}

/** Name of the listener. */
const name = 'pkcs11-link';

/**
 * Listens for the PKCS#11 front process, which is believed in what it says of its peers: only processes of the sidecar's
 * own user are heard, by what the kernel says of them. That user could read the root key as well.
 *
 * @throws SidecarError `config_invalid` where the kernel cannot be asked; else as `listenUnix`
 */
export async function listenLink(
  { link, sockets }: LinkOptions,
  accept: Accept,
  serving: UnixListenOptions,
): Promise<Listener> {
  const { peerCredentials } = serving;
  if (peerCredentials === undefined) {
    throw new SidecarError('config_invalid', `socket ${name}: peer credentials cannot be read here`);
  }
  const own = process.geteuid?.();
  const peer: LinkPeer = Object.freeze({ transport: 'link', socket: name, sockets });
  return listenUnix({ name, path: link, mode: 0o600 }, accept, {
    ...serving,
    identify: (socket) => (own !== undefined && peerCredentials(socket)?.uid === own ? peer : undefined),
  });
}
