import { expect, test } from 'vitest';
import { exportPublicKey, importPublicKey } from './public-keys.ts';

const { subtle } = globalThis.crypto;
const algorithm = { name: 'ECDH', namedCurve: 'P-256' };
const pair = await subtle.generateKey(algorithm, false, ['deriveBits']);
const spki = new Uint8Array(await subtle.exportKey('spki', pair.publicKey));
const source = { format: 'spki', data: spki, algorithm, usages: [] } as const;

test('a public key comes in and goes out', async () => {
  const key = (await importPublicKey({ ...source, extractable: true })) as CryptoKey;
  expect(key.type).toBe('public');
  expect(await exportPublicKey(key, 'spki')).toEqual({ format: 'spki', data: spki });
});

test('one that was imported here as not extractable still can be shown to the sidecar', async () => {
  const key = (await importPublicKey({ ...source, extractable: false })) as CryptoKey;
  await expect(subtle.exportKey('spki', key)).rejects.toThrow('not extractable');
  expect(await exportPublicKey(key, 'spki')).toEqual({ format: 'spki', data: spki });
});

test('one that was imported elsewhere as not extractable cannot', async () => {
  const key = await subtle.importKey('spki', spki, algorithm, false, []);
  expect(await exportPublicKey(key, 'spki')).toBeUndefined();
});

test('an algorithm, format or usage that the runtime lacks is no error', async () => {
  const lacking = [
    { ...source, algorithm: { name: 'SLH-DSA-SHA2-128s' }, extractable: true },
    { ...source, format: 'raw-future' as 'raw-public', extractable: true },
    { ...source, usages: ['future' as 'verify'], extractable: true },
  ];
  for (const each of lacking) expect(await importPublicKey(each)).toBeUndefined();
});

test('bad data of a known algorithm is', async () => {
  const call = importPublicKey({ ...source, data: new Uint8Array(8), extractable: true });
  await expect(call).rejects.toMatchObject({ name: 'DataError' });
});
