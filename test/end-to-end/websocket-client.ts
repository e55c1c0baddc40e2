import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import type { WireResponse } from '../wire/wire-client.ts';

/** A plain WebSocket that asks one thing at a time. */
export class WebSocketClient {
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<unknown>;
  readonly #socket: WebSocket;
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    // Whoever waits for an answer hears of it as a closed connection.
    socket.on('error', () => undefined);
  }

  /** Connected, before it has said who it is. */
  static async connect(url: string, options: ClientOptions = {}): Promise<WebSocketClient> {
    const socket = new WebSocket(url, 'ferrohsm.v1', options);
    await once(socket, 'open');
    return new WebSocketClient(socket);
  }

  /** Connected and greeted. */
  static async open(url: string, token: string): Promise<WebSocketClient> {
    const client = await WebSocketClient.connect(url);
    const { error } = await client.hello({ token });
    if (error !== undefined) throw new Error(error.message);
    return client;
  }

  hello(params: object = {}): Promise<WireResponse> {
    return this.call('system.hello', { protocol: 1, ...params });
  }

  async call(method: string, params: object): Promise<WireResponse> {
    const answer = once(this.#socket, 'message');
    const gone = this.closed.then(() => {
      throw new Error('the connection was closed');
    });
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id: this.#nextId++, method, params }));
    const [message] = (await Promise.race([answer, gone])) as [Buffer];
    return JSON.parse(message.toString()) as WireResponse;
  }

  /** Several calls in one batch; their answers in the same order. */
  async batch(calls: readonly (readonly [method: string, params: object])[]): Promise<WireResponse[]> {
    const answer = once(this.#socket, 'message');
    const requests = calls.map(([method, params]) => ({ jsonrpc: '2.0', id: this.#nextId++, method, params }));
    this.#socket.send(JSON.stringify(requests));
    const [message] = (await answer) as [Buffer];
    const answers = JSON.parse(message.toString()) as WireResponse[];
    return requests.map(({ id }) => answers.find((one) => one.id === id) as WireResponse);
  }

  close(): void {
    this.#socket.close();
  }
}
