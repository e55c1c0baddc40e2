import type { Server } from '../side.ts';
import { startPeer } from './peer-server.ts';

/** ssh-agent in the foreground. */
export function startSshAgent(): Promise<Server> {
  return startPeer((_folder, socket) => ({ program: 'ssh-agent', words: ['-D', '-a', socket] }));
}
