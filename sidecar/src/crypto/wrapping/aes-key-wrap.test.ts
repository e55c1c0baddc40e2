import { createDecipheriv, randomBytes } from 'node:crypto';
import { aeskw, aeskwp } from '@noble/ciphers/aes.js';
import { expect, test } from 'vitest';
import type { KeyUsage } from '../../generated/types.ts';
import { importKey } from '../keys/keys.ts';
import { wrapWithAesKey } from './aes-key-wrap.ts';

const load = (bytes: Buffer, name: string, usages: readonly KeyUsage[]) =>
  importKey('raw', bytes, { name }, { extractable: false, usages });

test.each([16, 24, 32])('openssl and a second implementation open what a key of %d bytes wrapped', async (length) => {
  const bytes = randomBytes(length);
  const key = await load(bytes, 'AES-KW', ['wrapKey', 'unwrapKey']);
  const data = randomBytes(40);
  const plain = wrapWithAesKey('AES-KW', key, data);
  expect(Buffer.from(aeskw(bytes).decrypt(plain))).toEqual(data);
  const odd = randomBytes(41);
  const padded = wrapWithAesKey('AES-KWP', key, odd);
  expect(Buffer.from(aeskwp(bytes).decrypt(padded))).toEqual(odd);
  const decipher = createDecipheriv(`id-aes${length * 8}-wrap-pad`, bytes, Buffer.from('a65959a6', 'hex'));
  expect(Buffer.concat([decipher.update(padded), decipher.final()])).toEqual(odd);
});

test('AES-KW takes only multiples of 8 bytes, from 16', async () => {
  const key = await load(randomBytes(32), 'AES-KW', ['wrapKey']);
  for (const length of [0, 1, 8, 15, 17, 41]) {
    expect(() => wrapWithAesKey('AES-KW', key, randomBytes(length))).toThrow(
      expect.objectContaining({ code: 'operation_failed' }),
    );
  }
});

test('a key without usage wrapKey, and one of another algorithm, wrap nothing', async () => {
  const unwrapping = await load(randomBytes(32), 'AES-KW', ['unwrapKey']);
  const encrypting = await load(randomBytes(32), 'AES-GCM', ['encrypt', 'wrapKey']);
  for (const key of [unwrapping, encrypting]) {
    for (const name of ['AES-KW', 'AES-KWP'] as const) {
      expect(() => wrapWithAesKey(name, key, randomBytes(16))).toThrow(
        expect.objectContaining({ code: 'access_invalid' }),
      );
    }
  }
});
