import type { SidecarOptions } from './options.ts';
import type { Connection, ConnectionHandler, ConnectionLimits } from './transport/connection.ts';
import type { Listener } from './transport/listener.ts';
import { listenUnix, type PeerCredentialReader } from './transport/unix-socket.ts';
import { listenWebSocket } from './transport/websocket.ts';

/** Opens every listener, or none: when one fails, those that were opened are closed again. */
export async function listenAll(
  { sockets, webSocket }: SidecarOptions,
  accept: (connection: Connection) => ConnectionHandler,
  limits: ConnectionLimits,
  peerCredentials: PeerCredentialReader | undefined,
): Promise<readonly Listener[]> {
  const listeners: Listener[] = [];
  try {
    for (const socket of sockets) {
      listeners.push(await listenUnix(socket, accept, { limits, ...(peerCredentials && { peerCredentials }) }));
    }
    if (webSocket !== undefined) listeners.push(await listenWebSocket(webSocket, accept, limits));
    return listeners;
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
}
