import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { WireResponse } from '../wire/wire-client.ts';

/** A plain WebSocket that asks one thing at a time. */
export class WebSocketClient {
  readonly #socket: WebSocket;
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(url: string, token: string): Promise<WebSocketClient> {
    const socket = new WebSocket(url, 'ferrohsm.v1');
    await once(socket, 'open');
    const client = new WebSocketClient(socket);
    const { error } = await client.call('system.hello', { protocol: 1, token });
    if (error !== undefined) throw new Error(error.message);
    return client;
  }

  async call(method: string, params: object): Promise<WireResponse> {
    const answer = once(this.#socket, 'message');
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id: this.#nextId++, method, params }));
    const [message] = (await answer) as [Buffer];
    return JSON.parse(message.toString()) as WireResponse;
  }

  close(): void {
    this.#socket.close();
  }
}
