import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One kept connection that posts the same JSON again and again, and hardly costs anything itself. */
export class RestCaller {
  readonly #socket: Socket;
  readonly #request: Buffer;
  #received = '';
  #wake: () => void = () => undefined;

  static async open(path: string, url: string, body: object): Promise<RestCaller> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new RestCaller(socket, url, JSON.stringify(body));
  }

  private constructor(socket: Socket, url: string, text: string) {
    const head = `POST ${url} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json`;
    this.#request = Buffer.from(`${head}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      this.#received += chunk;
      this.#wake();
    });
  }

  /** The body of the answer. */
  async call(): Promise<string> {
    this.#received = '';
    this.#socket.write(this.#request);
    for (;;) {
      const body = this.#body();
      if (body !== undefined) return body;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #body(): string | undefined {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    if (!this.#received.startsWith('HTTP/1.1 200')) throw new Error(this.#received);
    const length = Number(/content-length: (\d+)/i.exec(this.#received)?.[1]);
    const body = this.#received.slice(end + 4);
    return body.length === length ? body : undefined;
  }
}
