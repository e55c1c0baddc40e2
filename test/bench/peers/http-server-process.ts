import { join } from 'node:path';
import type { Server } from '../side.ts';
import { startPeer } from './peer-server.ts';

/** HTTP and JSON with a sync for each operation. */
export function startHttpServer(): Promise<Server> {
  const program = join(import.meta.dirname, 'http-server.ts');
  return startPeer((folder, socket) => ({ program: process.execPath, words: [program, socket, join(folder, 'log')] }));
}
