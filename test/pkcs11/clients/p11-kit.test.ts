import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { isThere, servedClient } from './served-client.ts';

const systemFolder = '/usr/share/p11-kit/modules';
/** Root reads the folders of the system alone: they are replaced for the one process. */
const isRoot = process.getuid?.() === 0;
const canReplace = !isRoot || spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!canReplace) console.warn('NOTICE: no mount namespaces here: the module file of p11-kit is not tested as root');

/** One that was installed elsewhere reads folders of its own. */
const isOfSystem = process.env.FERROHSM_P11_KIT === undefined;

const need = { programs: ['p11-kit', 'p11tool'], files: [systemFolder], debian: 'p11-kit gnutls-bin' };

describe.skipIf(!isThere(need) || !canReplace || !isOfSystem)('programs that use the modules of p11-kit', () => {
  const client = servedClient();

  beforeAll(async () => {
    await client.setUp('p11-kit');
    await client.run('sh', ['-c', 'mkdir -p pkcs11/modules && cp ferrohsm.module pkcs11/modules']);
  });

  /** Runs a command to which the module file is all that says where the socket is. */
  function run(...command: readonly string[]) {
    const environment = { P11_KIT_SERVER_ADDRESS: '', XDG_CONFIG_HOME: client.path(''), GNUTLS_PIN: client.pin };
    const replace = `mount -t tmpfs none ${systemFolder} && cp ferrohsm.module ${systemFolder}`;
    const words = isRoot ? ['unshare', '--mount', 'sh', '-c', `${replace} && "$@"`, 'sh', ...command] : command;
    return client.run(String(words[0]), words.slice(1), { environment });
  }

  it('know the token by the file that "pkcs11 setup" writes', async () => {
    const { stdout } = await run('p11-kit', 'list-modules');
    expect(stdout).toMatch(/^ferrohsm: |^module: ferrohsm$/m);
    expect(stdout).toContain(`token: ${client.tokenLabel}`);
  });

  it('make and use its keys', async () => {
    const token = `pkcs11:token=${encodeURIComponent(client.tokenLabel)}`;
    await run(
      'p11tool',
      '--login',
      '--generate-privkey=ecdsa',
      '--curve=secp256r1',
      '--label=kit',
      '--outfile=kit.pem',
      token,
    );
    const { stdout, stderr } = await run('p11tool', '--login', '--test-sign', `${token};object=kit;type=private`);
    expect(`${stdout}${stderr}`).toMatch(/^Verifying against public key in the token\.\.\. ok$/m);
  });
});
