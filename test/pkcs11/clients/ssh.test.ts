import { chmod, mkdir, rmdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThere, servedClient } from './served-client.ts';

const sshd = '/usr/sbin/sshd';
const need = {
  programs: ['ssh', 'ssh-keygen', 'ssh-agent', 'pkcs11-tool'],
  files: [sshd],
  debian: 'openssh-client openssh-server opensc',
};
/** A server of root wants it; a service makes it at its start. */
const privilegeSeparation = '/run/sshd';

describe.skipIf(!isThere(need))('OpenSSH', () => {
  const client = servedClient();
  let environment: Readonly<Record<string, string>>;
  let madeFolder = false;

  beforeAll(async () => {
    madeFolder = process.getuid?.() === 0 && (await mkdir(privilegeSeparation, { recursive: true })) !== undefined;
    const askpass = await client.write('askpass', `#!/bin/sh\nexec cat '${await client.write('pin', client.pin)}'\n`);
    await chmod(askpass, 0o700);
    const asking = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', HOME: client.path('') };
    environment = { ...(await client.setUp('ssh')), ...asking };
    const login = ['--module', client.module, '--login', '--pin', client.pin];
    for (const [type, id] of [
      ['EC:prime256v1', '30'],
      ['rsa:2048', '31'],
    ] as const) {
      const words = ['--keypairgen', '--key-type', type, '--id', id, '--label', `ssh ${id}`, '--usage-sign'];
      await client.run('pkcs11-tool', [...login, ...words]);
    }
    await configureServer();
  });

  afterAll(async () => {
    if (madeFolder) await rmdir(privilegeSeparation);
  });

  const run = (program: string, ...words: readonly string[]) => client.run(program, words, { environment });

  async function configureServer(): Promise<void> {
    await run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', client.path('host-key'));
    await client.write(
      'sshd_config',
      [
        `HostKey ${client.path('host-key')}`,
        `AuthorizedKeysFile ${client.path('authorized_keys')}`,
        'AuthenticationMethods publickey',
        'StrictModes no',
        'UsePAM no',
        'PidFile none',
        '',
      ].join('\n'),
    );
    await client.write('known_hosts', `hsm ${await client.read('host-key.pub')}`);
  }

  /** Lets in whoever proves the key of that type in the token. */
  async function authorize(type: string): Promise<void> {
    const { stdout } = await run('ssh-keygen', '-D', client.module);
    const key = stdout.split('\n').filter((line) => line.startsWith(type) && line.includes('ssh 3'));
    expect(key).toHaveLength(1);
    await writeFile(client.path('authorized_keys'), `${key[0]}\n`);
  }

  /** Logs in to a server that lives for this connection, and asks it who that is. */
  function logIn(...words: readonly string[]) {
    const options = {
      ProxyCommand: `${sshd} -i -f ${client.path('sshd_config')}`,
      UserKnownHostsFile: client.path('known_hosts'),
      StrictHostKeyChecking: 'yes',
      PreferredAuthentications: 'publickey',
      HostKeyAlias: 'hsm',
    };
    const settings = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    return run('ssh', '-F', client.path('config'), ...settings, ...words, `${userInfo().username}@hsm`, 'id', '-un');
  }

  it.each(['ecdsa-sha2-nistp256', 'ssh-rsa'])('logs in with the %s key of the token', async (type) => {
    await authorize(type);
    expect((await logIn()).stdout.trim()).toBe(userInfo().username);
  });

  it('is not let in with another key', async () => {
    await writeFile(client.path('authorized_keys'), await client.read('host-key.pub'));
    await expect(logIn()).rejects.toThrow('Permission denied');
  });

  it('signs a file by the agent', async () => {
    await client.write('release', 'what is released');
    const { stdout } = await run('ssh-keygen', '-D', client.module);
    const key = stdout.split('\n').find((line) => line.startsWith('ecdsa') && line.includes('ssh 30')) ?? '';
    await client.write('release-key.pub', `${key}\n`);
    await client.write('signers', `release@example ${key}\n`);
    const script = `ssh-add -s ${client.module} && ssh-keygen -Y sign -n file -f release-key.pub release`;
    // It takes no module of other folders unless it is told to.
    await run('ssh-agent', '-P', client.module, 'sh', '-c', script);
    const check = 'ssh-keygen -Y verify -n file -f signers -I release@example -s release.sig < release';
    expect((await run('sh', '-c', check)).stdout).toContain('Good "file" signature');
  });
});
