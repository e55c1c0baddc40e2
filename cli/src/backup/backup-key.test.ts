import { argon2Sync, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { generateBackupKey, readBackupKey, readRecipient, recipientOfPassphrase } from './backup-key.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-backup-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function file(content: string | Uint8Array): string {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  return path;
}

test('a new key is that of its seed, by another implementation', async () => {
  const { seed, recipient } = await generateBackupKey();
  expect(recipient.algorithm).toBe('MLKEM768-X25519');
  expect(Buffer.from(recipient.publicKey)).toEqual(Buffer.from(ml_kem768_x25519.keygen(seed).publicKey));
  expect(readBackupKey(file(seed))).toEqual(seed);
});

test('a passphrase gives a key of its own each time, by what is told of it', async () => {
  const passphrase = Buffer.from('correct horse battery staple');
  const first = await recipientOfPassphrase(passphrase);
  const { salt = '', memoryKib = 0, passes = 0, parallelism = 0 } = first.passphrase ?? {};
  const nonce = Buffer.from(salt, 'base64url');
  const cost = { memory: memoryKib, passes, parallelism, tagLength: 32 };
  const seed = argon2Sync('argon2id', { message: passphrase, nonce, ...cost });
  expect(Buffer.from(first.publicKey)).toEqual(Buffer.from(ml_kem768_x25519.keygen(seed).publicKey));
  const described = { ...first, publicKey: Buffer.from(first.publicKey).toString('base64url') };
  expect(readRecipient(file(JSON.stringify(described)))).toEqual(first);
  expect((await recipientOfPassphrase(passphrase)).publicKey).not.toEqual(first.publicKey);
});

test('ML-KEM-768 keys in PEM are read', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ml-kem-768');
  const seed = readBackupKey(file(privateKey.export({ format: 'pem', type: 'pkcs8' })));
  const recipient = readRecipient(file(publicKey.export({ format: 'pem', type: 'spki' })));
  expect(recipient.algorithm).toBe('ML-KEM-768');
  expect(Buffer.from(recipient.publicKey)).toEqual(Buffer.from(ml_kem768.keygen(seed).publicKey));
});

test('anything else is no key for backups', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ format: 'pem', type: 'spki' });
  for (const content of ['', 'null', '{}', '{"publicKey":7}', pem, Buffer.alloc(32, 0xff)]) {
    expect(() => readRecipient(file(content))).toThrow('is no key for backups');
  }
  expect(() => readBackupKey(file(pem))).toThrow('is no key for backups');
});
