import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What both sides of one connection sent. */
export interface Recording {
  readonly client: Buffer[];
  readonly server: Buffer[];
}

/** Hands on all that a client and a server say to each other, and keeps it. */
export class Recorder {
  readonly recordings: Recording[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(path: string, serverPath: string): Promise<Recorder> {
    const server = createServer((client) => recorder.#record(client, connect(serverPath)));
    const recorder = new Recorder(server);
    server.listen(path);
    await once(server, 'listening');
    return recorder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #record(client: Socket, server: Socket): void {
    const recording: Recording = { client: [], server: [] };
    this.recordings.push(recording);
    this.#handOn(client, server, recording.client);
    this.#handOn(server, client, recording.server);
  }

  #handOn(from: Socket, to: Socket, kept: Buffer[]): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => kept.push(Buffer.from(chunk)));
    from.on('error', () => to.destroy());
    from.pipe(to);
  }
}
