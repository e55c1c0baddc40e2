import { SidecarError } from './errors.ts';
import { defaultSocketName, type SidecarOptions } from './options.ts';
import type { Connection, ConnectionHandler, ConnectionLimits } from './transport/connection.ts';
import { type LinkOptions, listenLink } from './transport/link.ts';
import type { Listener, OnRefused } from './transport/listener.ts';
import { createPeerProcessReader, type PeerProcessReader } from './transport/peer-process.ts';
import { loadSocketCalls } from './transport/socket-calls.ts';
import { listenUnix, type PeerCredentialReader } from './transport/unix-socket.ts';

/**
 * Opens every listener, or none: when one fails, those that were opened are closed again.
 *
 * @param asksForProcess whether a rule asks for executable or cgroup, which cost some system calls a connection
 */
export async function listenAll(
  { sockets, webSocket, rest, restSockets = [], pkcs11, onError = () => undefined }: SidecarOptions,
  accept: (connection: Connection) => ConnectionHandler,
  limits: ConnectionLimits,
  peerCredentials: PeerCredentialReader | undefined,
  asksForProcess: () => boolean = () => false,
  onRefused: OnRefused = () => undefined,
): Promise<readonly Listener[]> {
  const serving = {
    limits,
    onRefused,
    ...(peerCredentials && { peerCredentials }),
    peerProcess: processReader(asksForProcess),
  };
  const listeners: Listener[] = [];
  try {
    for (const socket of sockets) {
      listeners.push(await listenUnix(socket, accept, { ...serving, isShared: socket.name === defaultSocketName }));
    }
    if (pkcs11 !== undefined) listeners.push(await listenLink(requireOwnNames(pkcs11), accept, serving));
    // Servers of HTTP are loaded where they are wanted: node:http alone takes a twentieth of a start.
    if (webSocket !== undefined) {
      const { listenWebSocket } = await import('./transport/websocket.ts');
      const serving = { limits, onRefused, onError: (error: unknown) => onError(error, 'tls') };
      listeners.push(await listenWebSocket(webSocket, accept, serving));
    }
    if (rest !== undefined || restSockets.length > 0) {
      const { listenRest, listenRestSocket } = await import('./transport/rest/rest-listener.ts');
      const restServing = { ...serving, onError: (error: unknown) => onError(error, 'rest') };
      for (const socket of restSockets) listeners.push(await listenRestSocket(socket, accept, restServing));
      if (rest !== undefined) listeners.push(await listenRest(rest, accept, restServing));
    }
    return listeners;
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
}

/** Many may reach the listener of the default name, so that it is nobody's. */
function requireOwnNames(link: LinkOptions): LinkOptions {
  if (!link.sockets.includes(defaultSocketName)) return link;
  throw new SidecarError(
    'config_invalid',
    `a PKCS#11 socket has one identity and cannot be named ${defaultSocketName}`,
  );
}

function processReader(asksForProcess: () => boolean): PeerProcessReader {
  let reader: PeerProcessReader | undefined;
  return (socket, pid) => {
    if (!asksForProcess()) return {};
    reader ??= createPeerProcessReader(loadSocketCalls());
    return reader(socket, pid);
  };
}
