import { spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  approvalAlgorithms,
  encodePrivateKey,
  generateApprovalKey,
  publicApprovalKey,
  readApprovalSigner,
  readPassphrase,
} from './approval-key.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fhsm-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(content: string | Uint8Array, name = 'it'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Gives the text through a descriptor, as a shell does. */
function withDescriptor<T>(text: string, use: (descriptor: number) => T): T {
  const descriptor = openSync(file(text, 'passphrase'), 'r');
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const data = Buffer.from('what is approved');
const signatures: Readonly<Record<string, EcdsaParams>> = {
  EdDSA: { name: 'Ed25519', hash: '' },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  'ML-DSA-65': { name: 'ML-DSA-65', hash: '' },
};

describe.each(approvalAlgorithms)('a key of %s', (algorithm) => {
  test.each([undefined, 'correct horse'])('comes back from its file, with passphrase %s', async (passphrase) => {
    const key = generateApprovalKey(algorithm);
    const pem = encodePrivateKey(key, passphrase === undefined ? undefined : Buffer.from(passphrase));
    expect(pem.includes('ENCRYPTED')).toBe(passphrase !== undefined);
    const { privateKey, publicKey } = withDescriptor(`${passphrase}\nrest`, (passphraseFd) =>
      readApprovalSigner({ key: file(pem), passphraseFd }),
    );
    expect(publicKey).toEqual(publicApprovalKey(key));
    expect(privateKey.extractable).toBe(false);
    const signature = await crypto.subtle.sign(signatures[algorithm] as EcdsaParams, privateKey, data);
    const jwk = JSON.parse(publicKey.jwk as string);
    const verifier = createPublicKey({ key: jwk, format: 'jwk' });
    const digest = algorithm === 'ES256' ? 'sha256' : null;
    const isValid = verify(digest, data, { key: verifier, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature));
    expect(isValid).toBe(true);
  });

  test('has the thumbprint of its public JWK as id, and nothing secret in it', async () => {
    const { id, kind, jwk = '', ...rest } = publicApprovalKey(generateApprovalKey(algorithm));
    expect(id).toBe(await calculateJwkThumbprint(JSON.parse(jwk)));
    expect([kind, rest]).toEqual(['jwk', { algorithm }]);
    expect(Object.keys(JSON.parse(jwk))).not.toContain('d');
    expect(Object.keys(JSON.parse(jwk))).not.toContain('priv');
  });
});

test('openssl reads what is written, with its passphrase only', () => {
  const path = file(encodePrivateKey(generateApprovalKey('ES256'), Buffer.from('secret')));
  const read = (passphrase: string) => spawnSync('openssl', ['pkey', '-in', path, '-passin', `pass:${passphrase}`]);
  expect(read('secret').status).toBe(0);
  expect(read('wrong').status).not.toBe(0);
});

describe('refused is', () => {
  test('a wrong passphrase', () => {
    const key = file(encodePrivateKey(generateApprovalKey('EdDSA'), Buffer.from('right')));
    expect(() => withDescriptor('wrong', (passphraseFd) => readApprovalSigner({ key, passphraseFd }))).toThrow(
      expect.objectContaining({ exitStatus: 65, message: expect.stringContaining('passphrase is wrong') }),
    );
  });

  test('an empty passphrase', () => {
    expect(() => withDescriptor('\nx', (passphraseFd) => readPassphrase({ passphraseFd }, ''))).toThrow(
      expect.objectContaining({ exitStatus: 2 }),
    );
  });

  test.each(['rsa', 'P-384', 'ed448'])('a key of %s', (kind) => {
    const { privateKey } =
      kind === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : kind === 'ed448'
          ? generateKeyPairSync('ed448')
          : generateKeyPairSync('ec', { namedCurve: kind });
    const key = file(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(() => readApprovalSigner({ key })).toThrow(expect.objectContaining({ exitStatus: 65 }));
  });

  test('what is no key', () => {
    expect(() => readApprovalSigner({ key: file('hello') })).toThrow(expect.objectContaining({ exitStatus: 65 }));
    expect(() => readApprovalSigner({ key: join(folder, 'absent') })).toThrow(
      expect.objectContaining({ exitStatus: 66 }),
    );
  });
});
