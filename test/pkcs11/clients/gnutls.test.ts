import { beforeAll, describe, expect, it } from 'vitest';
import { isThere, servedClient } from './served-client.ts';

const need = { programs: ['p11tool', 'certtool', 'openssl'], debian: 'gnutls-bin openssl' };

describe.skipIf(!isThere(need))('GnuTLS', () => {
  const client = servedClient();
  const token = () => `pkcs11:token=${encodeURIComponent(client.tokenLabel)}`;
  const object = (type: string) => `${token()};object=made%20by%20gnutls;type=${type}`;

  function gnutls(program: string, ...words: readonly string[]) {
    const environment = { GNUTLS_PIN: client.pin };
    return client.run(program, [`--provider=${client.module}`, ...words], { environment });
  }
  const p11tool = (...words: readonly string[]) => gnutls('p11tool', '--login', ...words);

  beforeAll(async () => {
    const words = ['--generate-privkey=ecdsa', '--curve=secp256r1', '--label=made by gnutls', '--outfile=public.pem'];
    await p11tool(...words, token());
  });

  it('lists the token and the key that it made', async () => {
    expect((await gnutls('p11tool', '--list-tokens')).stdout).toMatch(
      new RegExp(`^\\s*Label: ${client.tokenLabel}$`, 'm'),
    );
    const { stdout } = await p11tool('--list-all', token());
    expect(stdout).toMatch(/URL: .*object=made%20by%20gnutls;type=private/);
    expect(stdout).toMatch(/URL: .*object=made%20by%20gnutls;type=public/);
  });

  it('signs with it and verifies that by itself and by the token', async () => {
    const { stdout, stderr } = await p11tool('--test-sign', object('private'));
    const said = `${stdout}${stderr}`;
    expect(said).toMatch(/^Verifying against private key parameters\.\.\. ok$/m);
    expect(said).toMatch(/^Verifying against public key in the token\.\.\. ok$/m);
  });

  it('makes a certificate, stores it, and lets it go', async () => {
    await client.write('template', 'cn = "gnutls"\nexpiration_days = 30\nca\ncert_signing_key\n');
    const keys = ['--load-privkey', object('private'), '--load-pubkey', object('public')];
    await gnutls('certtool', '--generate-self-signed', '--template', 'template', ...keys, '--outfile', 'ca.pem');
    await client.run('openssl', ['verify', '-CAfile', 'ca.pem', 'ca.pem']);

    await p11tool('--write', '--load-certificate=ca.pem', '--label=made by gnutls', token());
    const { stdout } = await p11tool('--export', object('cert'));
    expect(stdout.trim()).toBe((await client.read('ca.pem')).toString().trim());
    await p11tool('--batch', '--delete', object('cert'));
    await expect(p11tool('--export', object('cert'))).rejects.toThrow('not available');
  });

  it('makes an RSA key and signs with it', async () => {
    const words = ['--generate-privkey=rsa', '--bits=2048', '--label=rsa', '--outfile=rsa.pem'];
    await p11tool(...words, token());
    const { stdout, stderr } = await p11tool('--test-sign', `${token()};object=rsa;type=private`);
    expect(`${stdout}${stderr}`).toMatch(/^Verifying against public key in the token\.\.\. ok$/m);
  });
});
