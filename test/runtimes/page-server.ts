import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Serves the page of the suite, and holds back its picture until the page says that it has finished. */
export class PageServer {
  readonly #server: Server;
  readonly #bundle = bundle();
  readonly #waiting: ServerResponse[] = [];
  #finished = false;

  static async start(): Promise<PageServer> {
    const server = new PageServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  private constructor() {
    const routes: Readonly<Record<string, (response: ServerResponse) => void>> = {
      '/': (response) => send(response, 'text/html', readFileSync(join(import.meta.dirname, 'page.html'))),
      '/page.js': (response) => send(response, 'text/javascript', this.#bundle),
      '/finished': (response) => this.#finish(response),
      '/finished.svg': (response) => this.#wait(response),
    };
    this.#server = createServer(({ url }, response) => {
      const route = routes[url ?? ''];
      if (route === undefined) response.writeHead(404).end();
      else route(response);
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #wait(response: ServerResponse): void {
    if (this.#finished) sendPicture(response);
    else this.#waiting.push(response);
  }

  #finish(response: ServerResponse): void {
    this.#finished = true;
    for (const waiting of this.#waiting) sendPicture(waiting);
    response.end();
  }
}

function send(response: ServerResponse, type: string, body: string | Uint8Array): void {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

function sendPicture(response: ServerResponse): void {
  send(response, 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
}

/** As an application's bundler does it. */
function bundle(): Uint8Array {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, 'page.js')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  });
  return (outputFiles[0] as { contents: Uint8Array }).contents;
}
