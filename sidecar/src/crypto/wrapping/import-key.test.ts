import { createPublicKey, randomBytes } from 'node:crypto';
import { aeskwp } from '@noble/ciphers/aes.js';
import { afterAll, describe, expect, test } from 'vitest';
import type { ImportWrappingName } from '../../generated/types.ts';
import { createCryptoProvider } from '../crypto-provider.ts';
import { generateImportKey } from './import-key.ts';
import { encryptOaep, senders } from './test-senders.ts';

const provider = createCryptoProvider({ workers: 1, slowQueue: 4 });
afterAll(() => provider.close());

const info = Buffer.from('ferrohsm/import/v1\0imp_AAAAAAAAAAAAAAAAAAAAAA');
const refused = { code: 'operation_failed', detail: 'the wrapped key does not open' };

describe.each(Object.keys(senders) as ImportWrappingName[])('%s', async (wrapping) => {
  const importKey = await generateImportKey(provider, wrapping);
  const wrap = senders[wrapping];

  test('opens what an outsider wrapped, of one byte to 64 KiB', { timeout: 30_000 }, async () => {
    for (const length of [1, 16, 31, 32, 64, 1_217, 65_536]) {
      const key = randomBytes(length);
      const opened = await importKey.open(await wrap(importKey.publicKey, key, info), info);
      expect(Buffer.from(opened)).toEqual(key);
      expect(opened.buffer.byteLength).toBe(length);
    }
  });

  test('refuses what was changed, cut off, or wrapped to another key', { timeout: 30_000 }, async () => {
    const wrapped = await wrap(importKey.publicKey, randomBytes(32), info);
    const last = wrapped.length - 1;
    for (const at of [0, 31, 40, Math.floor(last / 2), last - 16, last]) {
      const changed = Buffer.from(wrapped);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      await expect(importKey.open(changed, info)).rejects.toMatchObject(refused);
    }
    for (const length of [0, 1, 31, 32, 512, 1_120, last].filter((each) => each <= last)) {
      await expect(importKey.open(wrapped.subarray(0, length), info)).rejects.toMatchObject(refused);
    }
    const other = await generateImportKey(provider, wrapping);
    await expect(other.open(wrapped, info)).rejects.toMatchObject(refused);
  });

  test('refuses more than a key can have', async () => {
    await expect(importKey.open(Buffer.alloc(70_000), info)).rejects.toMatchObject({ code: 'data_invalid' });
  });
});

test.each(['HPKE-MLKEM768-X25519', 'HPKE-X25519'] as const)('%s binds to the import', async (wrapping) => {
  const importKey = await generateImportKey(provider, wrapping);
  const wrapped = await senders[wrapping](importKey.publicKey, randomBytes(32), Buffer.from('another import'));
  await expect(importKey.open(wrapped, info)).rejects.toMatchObject(refused);
});

test('an X25519 point of small order is refused', async () => {
  const importKey = await generateImportKey(provider, 'HPKE-X25519');
  const wrapped = Buffer.concat([Buffer.alloc(32), randomBytes(48)]);
  await expect(importKey.open(wrapped, info)).rejects.toMatchObject(refused);
});

test('the AES key of CKM_RSA_AES_KEY_WRAP has 256 bits', async () => {
  const importKey = await generateImportKey(provider, 'RSA-OAEP-AES-KWP');
  const publicKey = createPublicKey({ key: Buffer.from(importKey.publicKey), format: 'der', type: 'spki' });
  expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(4096);
  const aesKey = randomBytes(16);
  const wrapped = Buffer.concat([encryptOaep(importKey.publicKey, aesKey), aeskwp(aesKey).encrypt(randomBytes(32))]);
  await expect(importKey.open(wrapped, info)).rejects.toMatchObject(refused);
});
