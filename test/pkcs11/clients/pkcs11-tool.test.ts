import { createHash, createPublicKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { isThere, servedClient } from './served-client.ts';

describe.skipIf(!isThere({ programs: ['pkcs11-tool', 'openssl'], debian: 'opensc openssl' }))('pkcs11-tool', () => {
  const client = servedClient();
  const message = 'what is signed';
  const digest = createHash('sha256').update(message).digest();

  const tool = (...words: readonly string[]) => client.run('pkcs11-tool', ['--module', client.module, ...words]);
  const loggedIn = (...words: readonly string[]) => tool('--login', '--pin', client.pin, ...words);
  const openssl = (...words: readonly string[]) => client.run('openssl', words);

  beforeAll(async () => {
    await client.write('message', message);
    await client.write('digest', digest);
  });

  const makePair = (type: string, id: string) =>
    loggedIn(
      ...['--keypairgen', '--key-type', type, '--id', id, '--label', `pair ${id}`],
      ...['--usage-sign', ...(type.startsWith('rsa') ? ['--usage-decrypt'] : [])],
    );

  /** Of an EC key: `--read-object` of OpenSC 0.23 fails for P-384, whatever the token. */
  async function writePublicKey(id: string, crv: string, bytes: number): Promise<void> {
    const { stdout } = await tool('--list-objects', '--type', 'pubkey');
    const listed = stdout.split('Public Key Object').find((each) => each.includes(`pair ${id}\n`)) ?? '';
    const point = Buffer.from(/EC_POINT: *([0-9a-f]+)$/m.exec(listed)?.[1] ?? '', 'hex').subarray(-2 * bytes);
    const [x = '', y = ''] = [0, bytes].map((at) => point.subarray(at, at + bytes).toString('base64url'));
    const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv, x, y } });
    await client.write(`${id}.pem`, key.export({ type: 'spki', format: 'pem' }));
  }

  function sign(id: string, mechanism: string, input: string, ...more: readonly string[]) {
    const files = ['--input-file', client.path(input), '--output-file', client.path('signature')];
    return loggedIn('--sign', '--id', id, '--mechanism', mechanism, ...files, ...more);
  }

  it('shows the token, its slot and its mechanisms', async () => {
    expect((await tool('--list-slots')).stdout).toMatch(new RegExp(`token label *: ${client.tokenLabel}$`, 'm'));
    expect((await tool('--list-mechanisms')).stdout).toMatch(/^ *ECDSA, .*sign/m);
  });

  it('refuses a wrong PIN', async () => {
    await expect(tool('--login', '--pin', 'wrong-pin', '--list-objects')).rejects.toThrow('CKR_PIN_INCORRECT');
  });

  it.each([
    ['prime256v1', 'P-256', 32],
    ['secp384r1', 'P-384', 48],
    ['secp521r1', 'P-521', 66],
  ] as const)('makes a key on %s, whose signature openssl verifies', async (curve, crv, bytes) => {
    const id = `0${bytes}`.slice(-2);
    await makePair(`EC:${curve}`, id);
    await writePublicKey(id, crv, bytes);
    await sign(id, 'ECDSA', 'digest', '--signature-format', 'openssl');
    await openssl('dgst', '-sha256', '-verify', `${id}.pem`, '-signature', 'signature', 'message');
  });

  describe('with an RSA key', () => {
    beforeAll(async () => {
      await makePair('rsa:2048', '10');
      await loggedIn('--read-object', '--type', 'pubkey', '--id', '10', '--output-file', client.path('10.der'));
      await openssl('pkey', '-pubin', '-inform', 'DER', '-in', '10.der', '-out', '10.pem');
    });

    it('signs by PKCS #1, hashed by the token and by itself', async () => {
      await sign('10', 'SHA256-RSA-PKCS', 'message');
      await openssl('dgst', '-sha256', '-verify', '10.pem', '-signature', 'signature', 'message');
    });

    it('signs by PSS', async () => {
      await sign(
        '10',
        'RSA-PKCS-PSS',
        'digest',
        '--hash-algorithm',
        'SHA256',
        '--mgf',
        'MGF1-SHA256',
        '--salt-len',
        '32',
      );
      const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'];
      await openssl('dgst', '-sha256', ...pss, '-verify', '10.pem', '-signature', 'signature', 'message');
    });

    it.each([
      ['RSA-PKCS', [], ['-pkeyopt', 'rsa_padding_mode:pkcs1']],
      ['RSA-PKCS-OAEP', ['--hash-algorithm', 'SHA-1'], ['-pkeyopt', 'rsa_padding_mode:oaep']],
    ] as const)('decrypts by %s what openssl encrypted', async (mechanism, words, options) => {
      const target = ['-pubin', '-inkey', '10.pem', ...options, '-in', 'message', '-out', 'encrypted'];
      await openssl('pkeyutl', '-encrypt', ...target);
      const files = ['--input-file', client.path('encrypted'), '--output-file', client.path('decrypted')];
      await loggedIn('--decrypt', '--id', '10', '--mechanism', mechanism, ...words, ...files);
      expect((await client.read('decrypted')).toString()).toBe(message);
    });
  });

  it('digests and draws random bytes', async () => {
    const files = ['--input-file', client.path('message'), '--output-file', client.path('hashed')];
    await tool('--hash', '--mechanism', 'SHA256', ...files);
    expect(await client.read('hashed')).toEqual(digest);
    for (const name of ['one', 'other']) await tool('--generate-random', '64', '--output-file', client.path(name));
    expect(await client.read('one')).toHaveLength(64);
    expect(await client.read('one')).not.toEqual(await client.read('other'));
  });

  it('keeps data and certificates, and lets them go', async () => {
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'ed25519',
      '-nodes',
      '-keyout',
      'ca.key',
      '-subj',
      '/CN=ca',
      '-outform',
      'DER',
      '-out',
      'ca.der',
    );
    await loggedIn('--write-object', client.path('message'), '--type', 'data', '--label', 'some data');
    await loggedIn('--write-object', client.path('ca.der'), '--type', 'cert', '--label', 'some ca', '--id', 'ca');
    const { stdout } = await loggedIn('--list-objects');
    expect(stdout).toMatch(/Data object \d+\n *label: *'some data'/);
    expect(stdout).toMatch(
      /Certificate Object.*\n *label: *some ca\n *subject: *DN: CN=ca\n( *serial: .*\n)? *ID: *ca$/m,
    );
    await loggedIn('--read-object', '--type', 'cert', '--id', 'ca', '--output-file', client.path('read.der'));
    expect(await client.read('read.der')).toEqual(await client.read('ca.der'));
    await loggedIn('--delete-object', '--type', 'data', '--label', 'some data');
    await loggedIn('--delete-object', '--type', 'cert', '--id', 'ca');
    expect((await loggedIn('--list-objects')).stdout).not.toMatch(/some (data|ca)/);
  });
});
