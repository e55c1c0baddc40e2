import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type LiveSidecar, liveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { HttpClient } from './http-client.ts';

/** A sidecar that answers REST as well, on a Unix socket and on a loopback address. */
export interface LiveRest {
  readonly sidecar: LiveSidecar;
  /** Path of the Unix socket, where the user of the tests has every role. */
  readonly socket: string;
  /** A URL, once it runs. */
  readonly address: () => string;
  /** Over the socket, or with a token over TCP; closed after the tests. */
  client(token?: string): HttpClient;
}

/** @param principals text of principals.json; the user of the tests alone unless told */
export function liveRest(principals?: string, words: readonly string[] = []): LiveRest {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-rest-'));
  const socket = join(folder, 'rest.sock');
  const clients: HttpClient[] = [];
  const sidecar = liveSidecar({
    arguments: ['--rest-socket', socket, '--rest', '127.0.0.1:0', ...words],
    prepare(folders) {
      if (principals !== undefined) writeConfig(folders, 'principals.json', principals);
    },
  });
  afterAll(() => {
    for (const client of clients) client.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const address = () => sidecar.process.addresses.find((each) => each.startsWith('http:')) ?? '';
  return {
    sidecar,
    socket,
    address,
    client(token) {
      const client = HttpClient.at(token === undefined ? socket : address(), token);
      clients.push(client);
      return client;
    },
  };
}
