import { join } from 'node:path';
import type { Server } from '../side.ts';
import { startPeer } from './peer-server.ts';

/** The primitives behind a socket; `durable` with a sync for what they did. */
export function startBareServer(durability: 'durable' | 'volatile'): Promise<Server> {
  const program = join(import.meta.dirname, 'bare-server.ts');
  return startPeer((folder, socket) => ({
    program: process.execPath,
    words: ['--disable-warning=ExperimentalWarning', program, socket, join(folder, 'log'), durability],
  }));
}
