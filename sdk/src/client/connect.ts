import { type WebSocketConstructor, webSocket } from '../transport/websocket.ts';
import { type ClientOptions, type FerroHsm, openFerroHsm } from './ferrohsm.ts';

/** A sidecar that listens on a WebSocket. */
export interface WebSocketConnectOptions extends ClientOptions {
  /** `ws:` or `wss:` address. */
  readonly url: string;
  /** Bearer token of the principal; it travels in the first message, never in the address. */
  readonly token: string;
  /** The WebSocket to use where the runtime has none (Node 20): that of the package `ws`. */
  readonly webSocket?: WebSocketConstructor;
}

/**
 * Connects to a sidecar over WebSocket.
 *
 * On Node an open WebSocket keeps the process alive: close the client at the end.
 *
 * @throws FerroHsmError `unauthenticated` for a token that is not known, `connection_lost` when nobody answers in time,
 *   `config_invalid` for an address that is none, `not_supported` where there is no WebSocket
 * @example
 * await using hsm = await connect({ url: 'ws://127.0.0.1:4711', token });
 * const key = await hsm.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
 */
export async function connect(options: WebSocketConnectOptions): Promise<FerroHsm> {
  const { token } = options;
  return openFerroHsm(webSocket(options.url, options.webSocket), { token }, options);
}
