import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import type { ImportWrappingName } from '../../generated/types.ts';
import { createCryptoProvider } from '../crypto-provider.ts';
import { loadExportRecipient } from './export-recipient.ts';
import { generateImportKey } from './import-key.ts';
import { alteredRsaKey, recipients, rsaRecipient } from './test-recipients.ts';

const provider = createCryptoProvider({ workers: 1, slowQueue: 4 });
afterAll(() => provider.close());

const info = Buffer.from('ferrohsm/export/v1');
const names = Object.keys(recipients) as ImportWrappingName[];

describe.each(names)('%s', async (name) => {
  const outsider = await recipients[name]();
  const recipient = await loadExportRecipient(provider, name, outsider.publicKey);

  test('an outsider opens what was wrapped, of one byte to 64 KiB', async () => {
    for (const length of [1, 16, 31, 32, 64, 1_217, 65_536]) {
      const key = randomBytes(length);
      expect(Buffer.from(await outsider.open(await recipient.wrap(key, info), info))).toEqual(key);
    }
  });

  test('an import key of another sidecar opens it', async () => {
    const importKey = await generateImportKey(provider, name);
    const key = randomBytes(48);
    const importer = await loadExportRecipient(provider, name, importKey.publicKey);
    expect(Buffer.from(await importKey.open(await importer.wrap(key, info), info))).toEqual(key);
  });

  test('never wraps the same way twice', async () => {
    const key = randomBytes(32);
    const [first, second] = [await recipient.wrap(key, info), await recipient.wrap(key, info)];
    expect(Buffer.from(first).equals(second)).toBe(false);
  });

  test('refuses what is no public key of it, or is encoded in another way', async () => {
    const { publicKey } = outsider;
    const foreign = await recipients[name === 'HPKE-X25519' ? 'RSA-OAEP-AES-KWP' : 'HPKE-X25519']();
    const malformed = [
      Buffer.alloc(0),
      randomBytes(44),
      publicKey.subarray(1),
      publicKey.subarray(0, -1),
      Buffer.concat([publicKey, Buffer.of(0)]),
      foreign.publicKey,
    ];
    for (const bytes of malformed) {
      const loaded = loadExportRecipient(provider, name, bytes);
      await expect(loaded).rejects.toMatchObject({ code: 'data_invalid' });
    }
  });
});

test.each(['HPKE-MLKEM768-X25519', 'HPKE-X25519'] as const)('%s binds what it is for', async (name) => {
  const outsider = await recipients[name]();
  const { wrap } = await loadExportRecipient(provider, name, outsider.publicKey);
  const wrapped = await wrap(randomBytes(32), info);
  await expect(outsider.open(wrapped, Buffer.from('ferrohsm/import/v1'))).rejects.toThrow();
});

test('the size of an RSA key is the choice of the recipient', async () => {
  for (const modulusLength of [2048, 4096]) {
    const outsider = rsaRecipient(modulusLength);
    const recipient = await loadExportRecipient(provider, 'RSA-OAEP-AES-KWP', outsider.publicKey);
    expect(recipient.algorithm).toMatchObject({ modulusLength });
    const key = randomBytes(1_217);
    expect(Buffer.from(await outsider.open(await recipient.wrap(key, info), info))).toEqual(key);
  }
});

const exponent = (value: bigint) => Buffer.from(value.toString(16).padStart(66, '0'), 'hex').toString('base64url');

test.each([1n, 2n, 3n, 4n, 17n, 65_535n, 65_536n, 65_538n, 2n ** 256n, 2n ** 256n + 1n])(
  'an RSA key with public exponent %d protects nothing',
  async (value) => {
    const loaded = loadExportRecipient(provider, 'RSA-OAEP-AES-KWP', alteredRsaKey({ e: exponent(value) }));
    await expect(loaded).rejects.toMatchObject({ code: 'wrapping_weak' });
  },
);

test.each([65_537n, 65_539n, 2n ** 256n - 1n])('an RSA key with public exponent %d is one', async (value) => {
  const loaded = await loadExportRecipient(provider, 'RSA-OAEP-AES-KWP', alteredRsaKey({ e: exponent(value) }));
  expect(loaded.algorithm).toMatchObject({ modulusLength: 3072 });
});

test('an RSA modulus that is even has a factor that everybody knows', async () => {
  const even = alteredRsaKey({ n: (modulus) => modulus.writeUInt8((modulus.at(-1) ?? 0) & 0xfe, modulus.length - 1) });
  const loaded = loadExportRecipient(provider, 'RSA-OAEP-AES-KWP', even);
  await expect(loaded).rejects.toMatchObject({ code: 'wrapping_weak', detail: 'an RSA modulus that is even' });
});

test('an X25519 point of small order agrees with nobody', async () => {
  const zero = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), Buffer.alloc(32)]);
  const { wrap } = await loadExportRecipient(provider, 'HPKE-X25519', zero);
  await expect(wrap(randomBytes(32), info)).rejects.toMatchObject({ code: 'operation_failed' });
});
