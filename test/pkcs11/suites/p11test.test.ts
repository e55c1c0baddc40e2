import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findInstallation } from '../../../cli/src/pkcs11-setup/installation.ts';
import { isThere, servedClient } from '../clients/served-client.ts';
import { stockClient } from '../served-token.ts';
import { type Outcome, slotOf, tell } from './suite.ts';

/** `src/tests/p11test` in a checkout of github.com/OpenSC/OpenSC. */
const folder = process.env.P11TEST;
if (folder === undefined)
  console.warn("NOTICE: OpenSC's p11test is skipped: name src/tests/p11test of a checkout with P11TEST");
const need = {
  programs: ['gcc', 'pkcs11-tool', 'certtool', 'openssl'],
  files: ['/usr/include/cmocka.h', '/usr/include/openssl/evp.h'],
  debian: 'gcc libcmocka-dev libssl-dev opensc gnutls-bin openssl',
};
const timeoutMs = 300_000;

/** C_GetInterface is the client's own; the other wants to read the secret that two keys agree on. */
const failedByNewerClients = ['interface_test', 'derive_tests'];

describe.skipIf(folder === undefined || !isThere(need))("OpenSC's p11test", () => {
  const client = servedClient();

  /** Key pairs with certificates, as its `runtest.sh` makes them. */
  beforeAll(async () => {
    await client.write('template', 'cn = "p11test"\nexpiration_days = 30\nsigning_key\n');
    for (const [type, id, name] of [
      ['rsa:2048', 'a2', 'RSA2048'],
      ['rsa:3072', 'a9', 'RSA3072'],
      ['EC:secp256r1', 'a3', 'ECC_auth'],
      ['EC:secp521r1', 'a4', 'ECC521'],
    ] as const) {
      const usages = [
        '--usage-sign',
        ...(type.startsWith('rsa') ? ['--usage-decrypt', '--usage-wrap'] : ['--usage-derive']),
      ];
      await tool('--keypairgen', '--key-type', type, '--id', id, '--label', name, ...usages);
      await certify(id, name);
    }
  }, timeoutMs);

  const tool = (...words: readonly string[]) =>
    client.run('pkcs11-tool', ['--module', client.module, '--login', '--pin', client.pin, ...words]);

  async function certify(id: string, name: string): Promise<void> {
    const keys = [
      '--load-privkey',
      `pkcs11:object=${name};type=private`,
      '--load-pubkey',
      `pkcs11:object=${name};type=public`,
    ];
    const words = ['--generate-self-signed', '--template', 'template', '--outder', '--outfile', `${name}.der`];
    const environment = { GNUTLS_PIN: client.pin };
    await client.run('certtool', [`--provider=${client.module}`, ...words, ...keys], { environment });
    await tool('--write-object', client.path(`${name}.der`), '--type', 'cert', '--id', id, '--label', name);
  }

  it('fails nowhere that we decide', { timeout: timeoutMs }, async () => {
    const outcome = await runSuite(await compile(String(folder)));
    tell("OpenSC's p11test", outcome);
    const { versions } = findInstallation(stockClient).generation;
    const isOldest = versions === 'up to 0.24.1';
    expect(outcome.failed).toEqual(isOldest || client.isReference ? [] : failedByNewerClients);
    expect(outcome.passed.length).toBeGreaterThanOrEqual(isOldest ? 9 : 8);
  });

  /** Without the rest of OpenSC: its sources, and a configuration that says nothing. */
  async function compile(sources: string): Promise<string> {
    await client.write('config.h', '');
    const files = readdirSync(sources).filter((name) => /^p11test.*\.c$/.test(name));
    const options = ['-w', '-O1', '-DHAVE_CONFIG_H', '-DENABLE_OPENSSL', '-I.', `-I${join(sources, '../..')}`];
    const paths = files.map((name) => join(sources, name));
    await client.run('gcc', [...options, ...paths, '-o', 'p11test', '-lcmocka', '-lcrypto', '-ldl'], { timeoutMs });
    return client.path('p11test');
  }

  async function runSuite(program: string): Promise<Outcome> {
    const words = ['-m', client.module, '-s', await slotOf(client), '-p', client.pin];
    // It exits with the number of its failures.
    const { stdout, stderr } = await client.run('sh', ['-c', '"$@" 2>&1 || :', 'sh', program, ...words], { timeoutMs });
    const [told = ''] = `${stdout}${stderr}`.split(/ test\(s\) run\.$/m);
    const namesOf = (ending: string) =>
      [...told.matchAll(/^\[ +(OK|SKIPPED|FAILED) +\] (\w+)$/gm)].flatMap(([, end, name = '']) =>
        end === ending ? name : [],
      );
    return { passed: namesOf('OK'), skipped: namesOf('SKIPPED'), failed: namesOf('FAILED') };
  }
});
