import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../recipe.ts';

/** Programs that use the modules of p11-kit's configuration. */
export const p11Kit: Client = {
  about: 'programs that load all modules of p11-kit: GnuTLS, NetworkManager, and NSS where p11-kit-proxy.so is loaded',
  recipe: ({ address }) => ({
    file: { place: moduleFile(), text: `remote: ${address}\n` },
    environment: {},
    commands: ['p11-kit list-modules'],
    remarks: [
      'p11-kit reads files below ~/.config for every user but root; for all users use /etc/pkcs11/modules',
      'a program that runs as a service reads the file too: it must be permitted to connect to the socket',
    ],
  }),
};

/** Root reads the system's folder alone. */
function moduleFile(): string {
  const { XDG_CONFIG_HOME: home = join(homedir(), '.config') } = process.env;
  return join(process.getuid?.() === 0 ? '/etc' : home, 'pkcs11/modules/ferrohsm.module');
}
