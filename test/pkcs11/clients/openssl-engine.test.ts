import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { clients } from '../../../cli/src/pkcs11-setup/clients.ts';
import { firstPresent } from '../../bench/peers/installed.ts';
import { isThere, servedClient } from './served-client.ts';

const engine = firstPresent(
  ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((platform) => `/usr/lib/${platform}/engines-3/pkcs11.so`),
);
const need = {
  programs: ['openssl', 'pkcs11-tool'],
  files: [String(engine)],
  debian: 'openssl opensc libengine-pkcs11-openssl',
};

describe.skipIf(!isThere(need))('OpenSSL with the engine of libp11, a key in the token', () => {
  const client = servedClient();
  let environment: Readonly<Record<string, string>>;

  const openssl = (...words: readonly string[]) => client.run('openssl', words, { environment });
  const engineKey = (name: string) => [
    ...['-engine', 'pkcs11', '-keyform', 'engine', '-key'],
    `pkcs11:token=${encodeURIComponent(client.tokenLabel)};object=${name};type=private;pin-source=file:${client.path('pin')}`,
  ];

  beforeAll(async () => {
    environment = await client.setUp('openssl');
    await client.write('pin', client.pin);
    const login = ['--module', client.module, '--login', '--pin', client.pin];
    for (const [type, id, name] of [
      ['EC:prime256v1', '20', 'ec'],
      ['rsa:2048', '21', 'rsa'],
    ] as const) {
      const words = ['--keypairgen', '--key-type', type, '--id', id, '--label', name, '--usage-sign'];
      await client.run('pkcs11-tool', [...login, ...words]);
    }
  });

  it('takes the configuration that "pkcs11 setup" writes', () => {
    expect(clients.openssl.about).toContain('libengine-pkcs11-openssl');
    expect(environment.OPENSSL_CONF).toBe(client.path('openssl-pkcs11.cnf'));
  });

  it.each(['ec', 'rsa'])('signs a certificate with the %s key', async (name) => {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    await openssl('req', '-new', '-x509', ...engineKey(name), ...subject, '-out', `${name}.pem`);
    expect((await openssl('verify', '-CAfile', `${name}.pem`, `${name}.pem`)).stdout).toContain('OK');
  });

  it.each(['ec', 'rsa'])('serves TLS 1.3 with the %s key', async (name) => {
    const address = await serveTls(name);
    const trust = ['-CAfile', `${name}.pem`, '-verify_return_error', '-verify_hostname', 'localhost'];
    const { stdout } = await client.run('openssl', ['s_client', '-connect', address, ...trust], { input: 'Q\n' });
    expect(stdout).toContain('Verify return code: 0 (ok)');
    expect(stdout).toMatch(/^New, TLSv1\.3, /m);
    expect(stdout).toMatch(name === 'ec' ? /^Peer signature type: ECDSA$/m : /^Peer signature type: RSA-PSS$/m);
  });

  /** @returns where it listens */
  async function serveTls(name: string): Promise<string> {
    const words = ['s_server', '-accept', '127.0.0.1:0', '-naccept', '1', '-cert', `${name}.pem`, ...engineKey(name)];
    const server = spawn('openssl', words, {
      cwd: client.path(''),
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(async () => {
      if (server.exitCode !== null) return;
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    });
    for await (const line of createInterface({ input: server.stdout })) {
      const [, address] = /^ACCEPT (\S+)$/.exec(line) ?? [];
      if (address !== undefined) return address;
    }
    throw new Error('the TLS server did not start');
  }
});
