import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExampleFolders, ExampleSetup } from '../../tools/example-setup.ts';

/** Of 31 characters, as "ferrohsm token create --pin" makes them. */
const pinBytes = 23;

/** An operator, and an application that is whoever comes through the PKCS#11 socket "web" and has its PIN. */
export function setUp({ root, config, command }: ExampleFolders): ExampleSetup {
  const pin = randomBytes(pinBytes).toString('base64url');
  const tokenSha256 = createHash('sha256').update(pin).digest('base64url');
  const [operator, link] = [join(root, 'operator.sock'), join(root, 'pkcs11.link')];
  const roles = ['Officer', 'Operator'];
  const principals = [
    { id: 'owner', kind: 'person', roles, credentials: [{ socket: 'operator' }] },
    { id: 'web', kind: 'workload', owner: 'owner', roles, credentials: [{ socket: 'web' }, { tokenSha256 }] },
  ];
  mkdirSync(config, { recursive: true, mode: 0o700 });
  writeFileSync(join(config, 'principals.json'), JSON.stringify({ principals }), { mode: 0o600 });
  writeFileSync(join(root, 'web.pin'), pin, { mode: 0o600 });
  return {
    serveArguments: ['--socket', `operator=${operator}`, '--pkcs11-link', link, '--pkcs11-socket', 'web'],
    environment: { OPERATOR_SOCKET: operator, PKCS11_LINK: link, WORK_FOLDER: root, FERROHSM_COMMAND: command },
  };
}
