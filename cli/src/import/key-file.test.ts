import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KeyFileFormat, readKeyFile } from './key-file.ts';

const phrase = 'pässphrase of the file';
const none = (): Buffer => {
  throw new Error('nobody asks for a passphrase');
};
const right = (): Buffer => Buffer.from(phrase);
const wrong = (): Buffer => Buffer.from('another passphrase');

function generated(type: string, options: object = {}): KeyObject {
  return generateKeyPairSync(type as 'ed25519', options as never).privateKey;
}

const ec = generated('ec', { namedCurve: 'P-256' });
const rsa = generated('rsa', { modulusLength: 2048 });

/** That the file held this key, and what it says of its algorithm. */
function expectKey(bytes: Buffer, key: KeyObject, algorithm: object, passphrase = none): void {
  const content = readKeyFile(bytes, { passphrase });
  expect(content).toMatchObject({ format: 'pkcs8', algorithm });
  expect(createPrivateKey({ key: content.keyData, format: 'der', type: 'pkcs8' }).equals(key)).toBe(true);
}

describe('private keys are found in what they look like', () => {
  test.each([
    ['Ed25519', generated('ed25519'), { name: 'Ed25519' }],
    ['X448', generated('x448'), { name: 'X448' }],
    ['P-256', ec, { name: 'ECDSA', namedCurve: 'P-256' }],
    ['P-521', generated('ec', { namedCurve: 'P-521' }), { name: 'ECDSA', namedCurve: 'P-521' }],
    ['RSA', rsa, { name: 'RSA-PSS' }],
    ['ML-DSA-44', generated('ml-dsa-44'), { name: 'ML-DSA-44' }],
    ['ML-KEM-1024', generated('ml-kem-1024'), { name: 'ML-KEM-1024' }],
    ['SLH-DSA', generated('slh-dsa-shake-128f'), { name: 'SLH-DSA-SHAKE-128f' }],
  ])('%s', (_, key, algorithm) => {
    expectKey(Buffer.from(key.export({ type: 'pkcs8', format: 'pem' })), key, algorithm);
    expectKey(key.export({ type: 'pkcs8', format: 'der' }), key, algorithm);
    const cipher = { cipher: 'aes-256-cbc', passphrase: phrase };
    expectKey(Buffer.from(key.export({ type: 'pkcs8', format: 'pem', ...cipher })), key, algorithm, right);
    expectKey(key.export({ type: 'pkcs8', format: 'der', ...cipher }), key, algorithm, right);
  });

  test('PKCS#1 and SEC 1', () => {
    expectKey(Buffer.from(rsa.export({ type: 'pkcs1', format: 'pem' })), rsa, { name: 'RSA-PSS' });
    expectKey(rsa.export({ type: 'pkcs1', format: 'der' }), rsa, { name: 'RSA-PSS' });
    expectKey(Buffer.from(ec.export({ type: 'sec1', format: 'pem' })), ec, { name: 'ECDSA' });
    expectKey(ec.export({ type: 'sec1', format: 'der' }), ec, { name: 'ECDSA' });
    const traditional = { type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: phrase } as const;
    expectKey(Buffer.from(ec.export(traditional)), ec, { name: 'ECDSA' }, right);
  });

  test.each([
    [{}, { name: 'ECDSA', namedCurve: 'P-256' }],
    [{ alg: 'ECDH-ES' }, { name: 'ECDH', namedCurve: 'P-256' }],
    [{ key_ops: ['deriveBits'] }, { name: 'ECDH', namedCurve: 'P-256' }],
  ])('a JWK with %j', (members, algorithm) => {
    const jwk = { ...ec.export({ format: 'jwk' }), ...members };
    expectKey(Buffer.from(` ${JSON.stringify(jwk)}`), ec, algorithm);
  });

  test.each([
    ['RS384', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' }],
    ['PS512', { name: 'RSA-PSS', hash: 'SHA-512' }],
    ['RSA-OAEP-256', { name: 'RSA-OAEP', hash: 'SHA-256' }],
  ])('a JWK for %s', (alg, algorithm) => {
    expectKey(Buffer.from(JSON.stringify({ ...rsa.export({ format: 'jwk' }), alg })), rsa, algorithm);
  });
});

test.each([
  ['A256GCM', { name: 'AES-GCM' }],
  ['A128KW', { name: 'AES-KW' }],
  ['HS512', { name: 'HMAC', hash: 'SHA-512' }],
  ['unheard of', undefined],
])('a secret JWK for %s', (alg, algorithm) => {
  const secret = randomBytes(32);
  const jwk = Buffer.from(JSON.stringify({ kty: 'oct', k: secret.toString('base64url'), alg }));
  expect(readKeyFile(jwk, { passphrase: none })).toEqual({ format: 'raw-secret', keyData: secret, algorithm });
});

test('bytes that look like nothing are raw ones', () => {
  const bytes = Buffer.concat([Buffer.of(0x31), randomBytes(31)]);
  expect(readKeyFile(bytes, { passphrase: none })).toEqual({ format: 'raw-secret', keyData: bytes });
});

describe('PKCS#12 as openssl writes it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-p12-'));
  beforeAll(() => {
    writeFileSync(join(folder, 'key.pem'), ec.export({ type: 'pkcs8', format: 'pem' }));
    openssl('req', '-x509', '-key', 'key.pem', '-subj', '/CN=test', '-days', '1', '-out', 'cert.pem');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function openssl(...words: readonly string[]): void {
    execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  function exported(...options: readonly string[]): Buffer {
    const files = ['-inkey', 'key.pem', '-in', 'cert.pem', '-out', 'it.p12', '-passout', `pass:${phrase}`];
    openssl('pkcs12', '-export', ...files, ...options);
    return readFileSync(join(folder, 'it.p12'));
  }

  test.each([
    ['of now', []],
    ['of old', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'SHA1']],
    ['with SHA-512', ['-macalg', 'SHA512', '-iter', '5000']],
    ['with the key in the clear', ['-keypbe', 'NONE']],
  ])('%s', (_, options) => {
    const bytes = exported(...options);
    expectKey(bytes, ec, { name: 'ECDSA', namedCurve: 'P-256' }, right);
    expect(() => readKeyFile(bytes, { passphrase: wrong })).toThrow('the passphrase is wrong');
  });

  test('with any byte changed is refused, or says the same', () => {
    const bytes = exported('-iter', '1');
    let refused = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x01, at);
      try {
        const { keyData } = readKeyFile(changed, { format: 'p12', passphrase: right });
        expect(createPrivateKey({ key: keyData, format: 'der', type: 'pkcs8' }).equals(ec)).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ name: 'CliError', exitStatus: 65 });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(bytes.length - 4);
  });
});

describe('what is no private key is refused', () => {
  const pem = (text: string) => Buffer.from(text);
  test.each<[string, Buffer, KeyFileFormat | undefined]>([
    ['a public key', pem('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'), undefined],
    ['a certificate', pem('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'), undefined],
    ['text', pem('no key'), 'pem'],
    ['text as DER', pem('no key'), 'der'],
    ['text as PKCS#12', pem('no key'), 'p12'],
    ['a JWK of nothing', pem('{}'), undefined],
    ['a secret JWK without its secret', pem('{"kty":"oct"}'), undefined],
    ['half a JWK', pem('{"kty":"oct","k":"c2VjcmV0'), undefined],
    [
      'a curve that nobody has',
      Buffer.from(generated('ec', { namedCurve: 'secp256k1' }).export({ type: 'pkcs8', format: 'der' })),
      undefined,
    ],
  ])('%s', (_, bytes, format) => {
    try {
      readKeyFile(bytes, { format, passphrase: right });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: 'CliError', exitStatus: 65 });
      expect(String((error as Error).message)).not.toContain('c2VjcmV0');
    }
  });

  test('a wrong passphrase', () => {
    const key = ec.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: phrase });
    expect(() => readKeyFile(Buffer.from(key), { passphrase: wrong })).toThrow('the passphrase is wrong');
  });
});
