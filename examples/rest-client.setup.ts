import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExampleFolders, ExampleSetup } from '../tools/example-setup.ts';

/** REST on a Unix socket for curl, and on a loopback address for whoever has the token. */
export function setUp({ root, config }: ExampleFolders): ExampleSetup {
  const [socket, token] = [join(root, 'rest.sock'), randomBytes(32).toString('base64url')];
  const tokenSha256 = createHash('sha256').update(token).digest('base64url');
  const owner = { id: 'owner', kind: 'person', roles: ['Officer'], credentials: [{ uid: process.getuid?.() }] };
  const roles = ['Officer', 'Operator'];
  const billing = { id: 'billing', kind: 'workload', owner: 'owner', roles, credentials: [{ tokenSha256 }] };
  mkdirSync(config, { recursive: true, mode: 0o700 });
  writeFileSync(join(config, 'principals.json'), JSON.stringify({ principals: [owner, billing] }), { mode: 0o600 });
  return {
    serveArguments: ['--rest-socket', socket, '--rest', '127.0.0.1:0'],
    environment: { REST_SOCKET: socket, REST_TOKEN: token },
  };
}
