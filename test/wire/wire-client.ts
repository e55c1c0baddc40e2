import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

/** One JSON value as it came, and the raw attachments behind it. */
export interface WireMessage {
  readonly value: unknown;
  readonly attachments: readonly Buffer[];
}

/** A JSON-RPC response. */
export interface WireResponse {
  readonly jsonrpc: string;
  readonly id: string | number | null;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data: { readonly code: string; readonly hint: string; readonly detail?: string };
  };
  readonly attachments?: readonly number[];
}

const newline = 0x0a;

/** A client as somebody writes it who has read docs/wire-protocol.md: a socket, lines, nothing of the SDK. */
export class WireClient {
  readonly socket: Socket;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<unknown>;
  #bytes = Buffer.alloc(0);
  #arrived = Promise.withResolvers<void>();
  #nextId = 1;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
    });
  }

  static async open(path: string): Promise<WireClient> {
    const socket = createConnection(path);
    await once(socket, 'connect');
    return new WireClient(socket);
  }

  /** Connected and greeted. */
  static async greeted(path: string, params: object = {}): Promise<WireClient> {
    const client = await WireClient.open(path);
    const { error } = await client.call('system.hello', { protocol: 1, ...params });
    if (error !== undefined) throw new Error(error.message);
    return client;
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Sends one value as a line, its attachments behind it. */
  send(value: unknown, attachments: readonly Buffer[] = []): void {
    this.write(Buffer.concat([Buffer.from(`${JSON.stringify(value)}\n`), ...attachments]));
  }

  /** Sends one request and takes the next response. */
  async call(method: string, params?: object): Promise<WireResponse> {
    this.send({ jsonrpc: '2.0', id: this.#nextId++, method, ...(params && { params }) });
    return this.response();
  }

  async response(): Promise<WireResponse> {
    return (await this.message()).value as WireResponse;
  }

  async message(): Promise<WireMessage> {
    const end = await this.#until(() => this.#bytes.indexOf(newline));
    const value: unknown = JSON.parse(this.#take(end + 1).toString('utf8'));
    const responses = (Array.isArray(value) ? value : [value]) as WireResponse[];
    const lengths = responses.flatMap(({ attachments = [] }) => attachments);
    const attachments: Buffer[] = [];
    for (const length of lengths) {
      await this.#until(() => (this.#bytes.length >= length ? length : -1));
      attachments.push(this.#take(length));
    }
    return { value, attachments };
  }

  /** Everything that still comes until the connection is gone. */
  async rest(): Promise<string> {
    await this.closed;
    return this.#bytes.toString('utf8');
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  async #until(found: () => number): Promise<number> {
    for (;;) {
      const at = found();
      if (at >= 0) return at;
      const { promise } = this.#arrived;
      const arrived = await Promise.race([promise.then(() => true), this.closed.then(() => false)]);
      if (!arrived) throw new Error('the connection was closed');
    }
  }
}
