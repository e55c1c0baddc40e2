import { beforeAll, describe, expect, it } from 'vitest';
import { isThere, servedClient } from './served-client.ts';

const need = { programs: ['modutil', 'certutil', 'pkcs11-tool', 'openssl'], debian: 'libnss3-tools opensc openssl' };

describe.skipIf(!isThere(need))('NSS', () => {
  const client = servedClient();
  const database = () => ['-d', `sql:${client.path('nss')}`];
  const certutil = (...words: readonly string[]) =>
    client.run('certutil', [...words, ...database(), '-h', client.tokenLabel, '-f', client.path('pin')]);

  beforeAll(async () => {
    await client.write('pin', client.pin);
    await client.write('noise', Buffer.alloc(256, 7));
    await client.run('mkdir', ['nss']);
    await client.run('certutil', ['-N', ...database(), '--empty-password']);
    await client.run('modutil', [
      '-dbdir',
      `sql:${client.path('nss')}`,
      '-add',
      'FerroHSM',
      '-libfile',
      client.module,
      '-force',
    ]);
  });

  it('knows the token by its module', async () => {
    const { stdout } = await client.run('modutil', ['-dbdir', `sql:${client.path('nss')}`, '-list', 'FerroHSM']);
    expect(stdout).toContain(`Token Name: ${client.tokenLabel}`);
  });

  it('lists a key that another program made', async () => {
    const login = ['--module', client.module, '--login', '--pin', client.pin];
    const words = ['--keypairgen', '--key-type', 'EC:prime256v1', '--id', 'a0', '--label', 'made by pkcs11-tool'];
    await client.run('pkcs11-tool', [...login, ...words, '--usage-sign']);
    expect((await certutil('-K')).stdout).toMatch(/ec +a0 +made by pkcs11-tool$/m);
  });

  it.each([
    ['rsa', ['-g', '2048']],
    ['ec', ['-q', 'nistp256']],
  ] as const)('makes an %s key with its certificate in the token, and signs that', async (type, words) => {
    const certificate = ['-S', '-n', `nss ${type}`, '-s', `CN=nss ${type}`, '-x', '-t', ',,', '-k', type, ...words];
    await certutil(...certificate, '-z', client.path('noise'), '-Z', 'SHA256');
    expect((await certutil('-L')).stdout).toMatch(new RegExp(`^${client.tokenLabel}:nss ${type} +u,u,u$`, 'm'));
    const { stdout } = await certutil('-L', '-a', '-n', `${client.tokenLabel}:nss ${type}`);
    await client.write(`${type}.pem`, stdout);
    await client.run('openssl', ['verify', '-CAfile', `${type}.pem`, `${type}.pem`]);
  });

  it('takes a certificate away', async () => {
    await certutil('-F', '-n', `${client.tokenLabel}:nss rsa`);
    expect((await certutil('-L')).stdout).not.toContain('nss rsa');
  });
});
