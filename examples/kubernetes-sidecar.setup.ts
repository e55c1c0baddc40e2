import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExampleFolders, ExampleSetup } from '../tools/example-setup.ts';

const manifest = join(import.meta.dirname, '../packaging/kubernetes/config');
/** In the manifest the operator is the uid of the sidecar; here all processes have one uid, so it is a socket too. */
const operator = { of: '{ "uid": 65532 }', here: '{ "socket": "operator" }' };

/** The configuration of the manifest, in places of this machine; and the folder that both processes of the pod see. */
export function setUp({ root, config }: ExampleFolders): ExampleSetup {
  cpSync(manifest, config, { recursive: true });
  chmodSync(config, 0o700);
  const principals = join(config, 'principals.json');
  const text = readFileSync(principals, 'utf8').replace(operator.of, operator.here);
  writeFileSync(principals, text, { mode: 0o600 });
  const sockets = join(root, 'sockets');
  mkdirSync(sockets, { mode: 0o750 });
  const places = { OPERATOR_SOCKET: join(sockets, 'operator.sock'), PAYMENTS_SOCKET: join(sockets, 'payments.sock') };
  const named = [`operator=${places.OPERATOR_SOCKET}`, `payments=${places.PAYMENTS_SOCKET},mode=0660`];
  return { serveArguments: named.flatMap((place) => ['--socket', place]), environment: places };
}
