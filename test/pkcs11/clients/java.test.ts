import { beforeAll, describe, expect, it } from 'vitest';
import { isThere, servedClient } from './served-client.ts';

const need = { programs: ['keytool', 'jar', 'jarsigner', 'openssl'], debian: 'openjdk-17-jdk-headless openssl' };

describe.skipIf(!isThere(need))('Java', () => {
  const client = servedClient();
  let environment: Readonly<Record<string, string>>;

  const store = (configuration: string) => [
    ...['-keystore', 'NONE', '-storetype', 'PKCS11', '-storepass:file', client.path('pin')],
    ...['-providerClass', 'sun.security.pkcs11.SunPKCS11', '-providerArg', configuration],
  ];
  const run = (program: string, ...words: readonly string[]) => client.run(program, words, { environment });
  const keytool = (...words: readonly string[]) =>
    run('keytool', ...words, ...store(client.path('ferrohsm-java.cfg')), '-providerName', 'SunPKCS11-FerroHSM');

  beforeAll(async () => {
    environment = await client.setUp('java');
    await client.write('pin', client.pin);
  });

  it.each([
    ['ec', ['-keyalg', 'EC', '-groupname', 'secp256r1']],
    ['rsa', ['-keyalg', 'RSA', '-keysize', '2048']],
  ] as const)(
    'keytool makes an %s key with its certificate, and a request that openssl verifies',
    async (alias, key) => {
      await keytool('-genkeypair', '-alias', alias, ...key, '-dname', `CN=${alias}`);
      expect((await keytool('-list')).stdout).toMatch(new RegExp(`^${alias}, PrivateKeyEntry`, 'm'));
      await keytool('-certreq', '-alias', alias, '-file', client.path(`${alias}.csr`));
      await run('openssl', 'req', '-in', `${alias}.csr`, '-noout', '-verify');
      await keytool('-exportcert', '-rfc', '-alias', alias, '-file', client.path(`${alias}.pem`));
      expect((await run('openssl', 'verify', '-CAfile', `${alias}.pem`, `${alias}.pem`)).stdout).toContain('OK');
    },
  );

  it('jarsigner signs with it', async () => {
    await client.write('content', 'what is delivered');
    await run('jar', 'cf', client.path('app.jar'), '-C', client.path(''), 'content');
    const signed = ['-signedjar', client.path('signed.jar'), client.path('app.jar'), 'ec'];
    await run('jarsigner', ...store(client.path('ferrohsm-java.cfg')), ...signed);
    expect((await run('jarsigner', '-verify', client.path('signed.jar'))).stdout).toContain('jar verified.');
    await expect(run('jarsigner', '-verify', '-strict', client.path('app.jar'))).rejects.toThrow('jar is unsigned.');
  });

  it('keytool does not delete a key that is active', async (context) => {
    context.skip(client.isReference, 'another token lets it go');
    await expect(keytool('-delete', '-alias', 'rsa')).rejects.toThrow('CKR_ACTION_PROHIBITED');
  });
});
